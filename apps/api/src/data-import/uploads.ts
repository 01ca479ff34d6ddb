import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { KtrdrError, shown, storageError, UPLOAD_ID_PATTERN, type UploadedFile } from '@ktrdr/contracts';
import { fileNameProblem, parseBoundedJson, withOutsideFile } from '@ktrdr/files';
import type { RandomId } from '@ktrdr/orchestrator';
import { boundedBytes } from '../bounded-bytes.js';

/** Uploads are removed after this long (ms). */
const KEPT_MS = 24 * 3_600_000;
/** An unfinished upload that got nothing for this long (ms) has lost its sender, or its API has ended. */
const SILENT_MS = 3_600_000;
/** All uploads together may have this many times the size of one file. */
const MOST_FILES = 5;
/** Number of uploads. An empty one takes space too. */
const MOST_UPLOADS = 1_000;
const CONTENT = 'content';
const NOTE = 'upload.json';
const TEMPORARY = '.tmp';
const MB = 2 ** 20;

/** Where an upload lies. */
export interface KeptUpload extends UploadedFile {
  /** The folder that holds the file. */
  folder: string;
  /** Its name there. */
  path: string;
}

/** Files that wait for their import: `{stateDir}/uploads/{id}/`. */
export class Uploads {
  private readonly directory: string;
  private readonly mostBytes: number;
  /** Bytes that running uploads may reach, by id. */
  private readonly receiving = new Map<string, number>();

  /** @param mostMb size of one file */
  constructor(
    stateDir: string,
    private readonly mostMb: number,
    private readonly randomId: RandomId,
  ) {
    this.directory = resolve(stateDir, 'uploads');
    this.mostBytes = mostMb * MB;
  }

  /**
   * Keeps a file, whole or not at all.
   *
   * @param name that the user gave it; only its last part counts
   * @param announced its size as the request says it, bytes
   * @throws KtrdrError `invalid_name`, `payload_too_large`, `too_many_waiting`, `disk_full`, `storage_failed`
   */
  async receive(name: string, content: Readable, announced: number | undefined): Promise<UploadedFile> {
    const file = checkedName(name);
    this.checkSize(announced ?? 0);
    const id = `up_${this.randomId()}`;
    this.receiving.set(id, announced ?? this.mostBytes);
    try {
      await this.checkRoom(this.sizesUntil(id), announced ?? 0);
      return await this.keep(id, file, content);
    } finally {
      this.receiving.delete(id);
    }
  }

  /**
   * Checks an upload before it is sent: browsers read an answer only after they have sent the whole file.
   *
   * @param name of the file
   * @param bytes its size
   * @throws KtrdrError the one that `receive` would throw
   */
  async check(name: string, bytes: number): Promise<void> {
    checkedName(name);
    this.checkSize(bytes);
    await this.checkRoom([...this.receiving.values(), bytes], bytes);
  }

  /** @throws KtrdrError `upload_not_found` */
  async find(id: string): Promise<KeptUpload> {
    try {
      if (!UPLOAD_ID_PATTERN.test(id)) throw new Error('not an id');
      const folder = join(this.directory, id);
      const note = await withOutsideFile(folder, NOTE, { maxBytes: 10_000 }, (file) => file.content());
      return { ...(parseBoundedJson(note, { depth: 2, values: 10 }) as UploadedFile), folder, path: CONTENT };
    } catch (cause) {
      throw new KtrdrError(
        'upload_not_found',
        `There is no upload ${shown(id)} on this API: an upload is removed after its import, and after a day. Upload the file again.`,
        { cause },
      );
    }
  }

  /** @throws KtrdrError `upload_not_found`, `storage_failed` */
  async remove(id: string): Promise<void> {
    const { folder, file } = await this.find(id);
    try {
      await rm(folder, { recursive: true, force: true });
    } catch (error) {
      throw storageError(error, `removing the upload of ${file}`, 'STATE_DIR');
    }
  }

  /** Removes uploads that are older than a day, and unfinished ones that nobody sends any more. `now`: ms since 1970. */
  async removeOld(now: number): Promise<void> {
    for (const name of await this.names()) {
      const folder = join(this.directory, name);
      const isUnfinished = name.endsWith(TEMPORARY);
      const stats =
        (isUnfinished ? await stat(join(folder, CONTENT)).catch(() => null) : null) ??
        (await stat(folder).catch(() => null));
      const mostMs = isUnfinished ? SILENT_MS : KEPT_MS;
      if (stats !== null && now - stats.mtimeMs > mostMs) await rm(folder, { recursive: true, force: true });
    }
  }

  private async keep(id: string, file: string, content: Readable): Promise<UploadedFile> {
    const temporary = join(this.directory, id + TEMPORARY);
    const hash = createHash('sha256');
    let bytes = 0;
    const counted = async function* (pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const piece of pieces) {
        hash.update(piece);
        bytes += piece.length;
        yield piece;
      }
    };
    try {
      await mkdir(temporary, { recursive: true });
      await pipeline(
        boundedBytes(content, this.mostBytes),
        counted,
        createWriteStream(join(temporary, CONTENT), { flags: 'wx' }),
      );
      const upload: UploadedFile = { upload_id: id, file, bytes, sha256: hash.digest('hex') };
      await writeFile(join(temporary, NOTE), JSON.stringify(upload));
      await rename(temporary, join(this.directory, id));
      return upload;
    } catch (error) {
      await rm(temporary, { recursive: true, force: true });
      throw storageError(error, `keeping ${file}`, 'STATE_DIR');
    }
  }

  private checkSize(bytes: number): void {
    if (bytes <= this.mostBytes) return;
    throw new KtrdrError(
      'payload_too_large',
      `The file has ${bytes} bytes. The limit is ${this.mostMb} MB: split the file, or raise IMPORT_MAX_FILE_MB.`,
    );
  }

  /** Sizes of the running uploads up to this one. Later ones do not count: if only one of two fits, the first one gets the space. */
  private sizesUntil(id: string): number[] {
    const ids = [...this.receiving.keys()];
    return [...this.receiving.values()].slice(0, ids.indexOf(id) + 1);
  }

  /**
   * @param sizes that the running uploads may reach, the checked one included, bytes
   * @param announced size of the checked one
   */
  private async checkRoom(sizes: readonly number[], announced: number): Promise<void> {
    const ids = [...this.receiving.keys()];
    let bytes = sizes.reduce((sum, one) => sum + one, 0);
    const finished = (await this.names()).filter((name) => !ids.includes(name.replace(TEMPORARY, '')));
    for (const name of finished) {
      bytes += (await stat(join(this.directory, name, CONTENT)).catch(() => null))?.size ?? 0;
    }
    const count = finished.length + sizes.length;
    if (bytes > MOST_FILES * this.mostBytes || count > MOST_UPLOADS) {
      throw new KtrdrError(
        'too_many_waiting',
        `There is no room for another upload: the limit for all together is ${MOST_FILES * this.mostMb} MB and ${MOST_UPLOADS} files. Import or remove some, or wait: the API removes them after a day.`,
      );
    }
    // Windows and some network file systems do not say it
    const free = await statfs(this.directory).catch(() => null);
    if (free !== null && announced > free.bavail * free.bsize) {
      const full = Object.assign(new Error('not enough space'), { code: 'ENOSPC' });
      throw storageError(full, 'keeping the upload', 'STATE_DIR');
    }
  }

  private async names(): Promise<string[]> {
    const names = await readdir(this.directory).catch(() => []);
    return names.filter((name) => UPLOAD_ID_PATTERN.test(name.replace(TEMPORARY, '')));
  }
}

/** @throws KtrdrError `invalid_name` */
function checkedName(name: string): string {
  const last = basename(name.replaceAll('\\', '/'));
  const problem = fileNameProblem(last);
  if (problem === null) return last;
  throw new KtrdrError(
    'invalid_name',
    `${shown(last)} ${problem}: send the file's name as ?file=AAPL_1h.csv.`,
    {
      details: { field: 'file' },
    },
  );
}
