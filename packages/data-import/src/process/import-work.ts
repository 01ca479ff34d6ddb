import type { ConflictChoice, ImportChoices } from '@ktrdr/contracts';

/** A file that somebody else may have put there. */
export interface FileToImport {
  /** Folder that holds it. No part of `path` may lead out of it. */
  folder: string;
  /** Relative to `folder`. */
  path: string;
  /** Name that the user gave it. */
  name: string;
  /** SHA-256, if it is known. */
  sha256?: string;
}

/** Request to the program of a preview. */
export interface PreviewWork {
  file: FileToImport;
  choices: ImportChoices;
  /** Folder of the bars: those of existing files may differ. */
  dataDir: string;
  /** Folder of the service's state, which keeps what was read of them. */
  stateDir: string;
  /** Maximum size of the file, bytes. */
  maxBytes: number;
  /** Time of the request, ms since 1970. */
  now: number;
}

/** Request to the program of an import. */
export interface ImportWork extends PreviewWork {
  onConflict: ConflictChoice;
  /** For the origin of the bars. */
  profile: string | null;
}

/** Progress of an import. */
export type ImportStep =
  | { phase: 'reading'; bytes: number; bytesTotal: number }
  | { phase: 'storing'; rows: number };
