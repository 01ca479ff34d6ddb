import { basename, resolve } from 'node:path';
import { type ImportSource, KtrdrError } from '@ktrdr/contracts';
import type { FileToImport, PreviewWork } from '@ktrdr/data-import';
import type { Uploads } from './uploads.js';

const MB = 2 ** 20;

/** An upload, or a path below `IMPORT_DIR`. */
export type SourceOfFile = { upload: string } | { path: string };

export interface ImportFilesOptions {
  /** Folder of the bars. */
  dataDir: string;
  stateDir: string;
  /** Folder whose files may be imported by their path; `null`: none. */
  importDir: string | null;
  /** Maximum size of a file. */
  mostFileMb: number;
  /** Memory of a process that reads a file. */
  mostMemoryMb: number;
}

/** Finds the files of imports. */
export class ImportFiles {
  constructor(
    private readonly options: ImportFilesOptions,
    private readonly uploads: Uploads,
  ) {}

  /** Limits of a process that reads a file. */
  get limits(): { mostMemoryMb: number } {
    return { mostMemoryMb: this.options.mostMemoryMb };
  }

  /** @throws KtrdrError `invalid_request` unless the request names exactly one file; also for a path without `IMPORT_DIR` */
  sourceOf({ upload_id: upload, path }: ImportSource): SourceOfFile {
    if ((upload === undefined) === (path === undefined)) {
      throw new KtrdrError(
        'invalid_request',
        'The request is not valid: give either upload_id (the id of an upload) or path (a file below IMPORT_DIR).',
      );
    }
    if (upload !== undefined) return { upload };
    if (this.options.importDir !== null) return { path: path! };
    throw new KtrdrError(
      'invalid_request',
      'This API imports no files by their path, because its setting IMPORT_DIR is not set. Upload the file instead.',
    );
  }

  /** What a process needs to read the file. The process checks the path. @throws KtrdrError `upload_not_found` */
  async find(source: SourceOfFile): Promise<Omit<PreviewWork, 'choices' | 'now'>> {
    const { dataDir, stateDir, mostFileMb } = this.options;
    return { file: await this.fileOf(source), dataDir, stateDir, maxBytes: mostFileMb * MB };
  }

  /** The bars of the file are stored: an upload is not needed any more. */
  async imported(source: SourceOfFile): Promise<void> {
    // one that is left is removed after a day
    if ('upload' in source) await this.uploads.remove(source.upload).catch(() => undefined);
  }

  private async fileOf(source: SourceOfFile): Promise<FileToImport> {
    if ('upload' in source) {
      const { folder, path, file: name, sha256 } = await this.uploads.find(source.upload);
      return { folder, path, name, sha256 };
    }
    const path = source.path.replaceAll('\\', '/');
    return { folder: resolve(this.options.importDir ?? '.'), path, name: basename(path) };
  }
}
