import { type FileHandle, link, mkdir, mkdtemp, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { KtrdrError, storageError, type Timeframe } from '@ktrdr/contracts';
import { BAR_COLUMNS } from '../bars-header.js';
import { formatBarTime } from '../timestamp.js';
import type { Bar } from './bar.js';

const FLUSH_CHARACTERS = 1 << 18;

/** The file to write. */
export interface BarsWriterOptions {
  dataDir: string;
  /** Base name of the file. */
  file: string;
  timeframe: Timeframe;
  /** First line of the file, without its `#`. */
  comment: string;
  /** Replaces an existing file. */
  overwrite: boolean;
}

/** Writes one bars file atomically: into a temporary folder next to it, then moves it into place. */
export class BarsWriter {
  private pending: string;

  private constructor(
    private readonly options: BarsWriterOptions,
    private readonly folder: string,
    private readonly handle: FileHandle,
  ) {
    this.pending = `# ${options.comment}\n${BAR_COLUMNS.join(',')}\n`;
  }

  /** Creates missing folders. Throws `bars_exist`, `disk_full`, `storage_failed`. */
  static async create(options: BarsWriterOptions): Promise<BarsWriter> {
    const { dataDir, file } = options;
    let folder: string | undefined;
    try {
      await mkdir(dataDir, { recursive: true });
      if (!options.overwrite && (await exists(join(dataDir, file)))) throw barsExist(options);
      folder = await mkdtemp(join(dataDir, `.${file}.`));
      return new BarsWriter(options, folder, await open(join(folder, file), 'wx'));
    } catch (error) {
      if (folder !== undefined) await rm(folder, { recursive: true });
      throw writeError(options, error);
    }
  }

  /** Appends bars. Throws `disk_full`, `storage_failed`. */
  async write(bars: readonly Bar[]): Promise<void> {
    for (const bar of bars) this.pending += formatBar(bar, this.options.timeframe);
    if (this.pending.length >= FLUSH_CHARACTERS) await this.flush();
  }

  /** Syncs the file to disk, then gives it its final name. Throws `bars_exist`, `disk_full`, `storage_failed`. */
  async commit(): Promise<void> {
    const { dataDir, file, overwrite } = this.options;
    const written = join(this.folder, file);
    const path = join(dataDir, file);
    try {
      await this.flush();
      await this.handle.sync();
      if (overwrite) await rename(written, path);
      else await linkNew(written, path, this.options);
      await syncFolder(dataDir);
    } catch (error) {
      throw writeError(this.options, error);
    }
  }

  /** Closes the file and removes the temporary folder. Always call this, also after an error. */
  async close(): Promise<void> {
    await this.handle.close();
    await rm(this.folder, { recursive: true });
  }

  private async flush(): Promise<void> {
    const text = this.pending;
    this.pending = '';
    try {
      await this.handle.appendFile(text);
    } catch (error) {
      throw writeError(this.options, error);
    }
  }
}

/** One line of a bars file. Each number has the shortest form that parses back to the same value. */
function formatBar({ time, open, high, low, close, volume }: Bar, timeframe: Timeframe): string {
  return `${formatBarTime(time, timeframe)},${open},${high},${low},${close},${volume}\n`;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Link instead of rename: a hard link fails if the name is taken, so only one of two concurrent writers succeeds. */
async function linkNew(from: string, to: string, options: BarsWriterOptions): Promise<void> {
  await link(from, to).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST' ? barsExist(options, error) : error;
  });
}

/** Makes the new name survive a power cut. Windows cannot sync folders. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

function barsExist({ dataDir, file }: BarsWriterOptions, cause?: unknown): KtrdrError {
  return new KtrdrError(
    'bars_exist',
    `${file} already exists in ${dataDir} and was not changed. To replace it, set overwrite (--overwrite).`,
    { details: { file }, cause },
  );
}

function writeError({ dataDir, file }: BarsWriterOptions, error: unknown): KtrdrError {
  return storageError(error, `writing ${file} into ${dataDir}`, 'DATA_DIR');
}
