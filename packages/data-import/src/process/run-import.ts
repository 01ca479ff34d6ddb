import { fileURLToPath } from 'node:url';
import { type ImportPreview, type ImportResult, KtrdrError, shown } from '@ktrdr/contracts';
import { askProgram, type ProgramEnd, unansweredError } from '@ktrdr/programs';
import type { ImportStep, ImportWork, PreviewWork } from './import-work.js';

/** Time (ms) that a cancelled import has to stop while it stores. A slow disk needs some of it for one file. */
const STORING_GRACE_MS = 30_000;
const ADVICE = 'Free memory on this machine, or split the file.';

/** Limits of the process that reads a file. */
export interface ImportLimits {
  /** After an abort, the process is killed. The promise settles after its end. */
  signal: AbortSignal;
  /** The process is killed if it uses more memory than this. */
  mostMemoryMb: number;
}

/**
 * Makes the preview of a file in a child process.
 *
 * @param limits `timeoutMs`: the process is killed after this time
 * @throws KtrdrError `import_invalid`, `invalid_request` (a choice that does not fit the file), `invalid_name`; `payload_too_large` if
 * the file needs too much memory; `import_failed` if the process gave no answer
 * @throws the signal's reason after an abort
 */
export function runPreviewProcess(
  work: PreviewWork,
  limits: ImportLimits & { timeoutMs: number },
): Promise<ImportPreview> {
  return askProgram<ImportPreview>(program('preview-process'), work, {
    ...limits,
    unanswered: (end) => unanswered(work, limits.mostMemoryMb, end),
  });
}

/**
 * Imports a file in a child process: stores the bars of all symbols, or none.
 *
 * @param mayStore called when all bars are read. If it throws, nothing is stored. A cancel afterwards may come too late:
 * then the import completes
 * @throws KtrdrError as {@link runPreviewProcess}; `import_question` if the file leaves a question open; as `storeBars`; what `mayStore`
 * throws
 * @throws the signal's reason after an abort
 */
export function runImportProcess(
  work: ImportWork,
  {
    mayStore,
    ...options
  }: ImportLimits & { onStep: (step: ImportStep) => void; mayStore: () => Promise<void> },
): Promise<ImportResult> {
  return askProgram<ImportResult, ImportStep>(program('import-process'), work, {
    ...options,
    permission: {
      ask: mayStore,
      graceMs: STORING_GRACE_MS,
      undecided: () => undecided(work.file.name),
    },
    unanswered: (end) => unanswered(work, options.mostMemoryMb, end),
  });
}

function unanswered({ file: { name } }: PreviewWork, mostMemoryMb: number, end: ProgramEnd): KtrdrError {
  const { usedMb, error } = end;
  if (usedMb === null) return unansweredError('import', end, ADVICE);
  return new KtrdrError(
    'payload_too_large',
    `${shown(name)} needs more than ${mostMemoryMb} MB of memory, which is the limit of an import: split the file, or raise IMPORT_MAX_MEMORY_MB.`,
    { details: { file: name, used_mb: usedMb }, cause: error ?? undefined },
  );
}

function undecided(name: string): KtrdrError {
  return new KtrdrError(
    'import_failed',
    `The import of ${shown(name)} was cancelled while it stored its bars, and did not stop within ${STORING_GRACE_MS / 1_000} seconds. ` +
      'Either all of its bars are stored, or none; ktrdr data list shows which. You can repeat the import in both cases.',
    { details: { file: name } },
  );
}

/** Path of a bundled program of this package. The relative path is the same from `src` and from `dist`. */
function program(name: string): string {
  return fileURLToPath(new URL(`../../dist/programs/${name}.js`, import.meta.url));
}
