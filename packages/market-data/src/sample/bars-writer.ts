import { type FileHandle, link, mkdir, mkdtemp, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { KtrdrError, storageError, type Timeframe } from '@ktrdr/contracts';
import { BAR_COLUMNS } from '../bars-header.js';
import { formatBarTime } from '../timestamp.js';
import type { Bar } from './bar.js';

const FLUSH_CHARACTERS = 1 << 18;

export interface BarsWriterOptions {
  dataDir: string;
  /** Base name. */
  file: string;
  timeframe: Timeframe;
  /** First line of the file, without its `#`. */
  comment: string;
  /** Replaces an existing file. */
  overwrite: boolean;
}

/** Writes one bars file whole or not at all: in a temporary folder beside it, out of which it is moved in the end. */
export class BarsWriter {
  readonly #options: BarsWriterOptions;
  readonly #folder: string;
  readonly #handle: FileHandle;
  #pending: string;

  private constructor(options: BarsWriterOptions, folder: string, handle: FileHandle) {
    this.#options = options;
    this.#folder = folder;
    this.#handle = handle;
    this.#pending = `# ${options.comment}\n${BAR_COLUMNS.join(',')}\n`;
  }

  /** Creates the folder where it is missing. Throws `bars_exist`, `disk_full`, `storage_failed`. */
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
    for (const bar of bars) this.#pending += formatBar(bar, this.#options.timeframe);
    if (this.#pending.length >= FLUSH_CHARACTERS) await this.#flush();
  }

  /** Gives the file its name, once its bytes are on the disk. Throws `bars_exist`, `disk_full`, `storage_failed`. */
  async commit(): Promise<void> {
    const { dataDir, file, overwrite } = this.#options;
    const written = join(this.#folder, file);
    const path = join(dataDir, file);
    try {
      await this.#flush();
      await this.#handle.sync();
      if (overwrite) await rename(written, path);
      else await linkNew(written, path, this.#options);
      await syncFolder(dataDir);
    } catch (error) {
      throw writeError(this.#options, error);
    }
  }

  /** Always call this in the end: closes, and removes the temporary folder. */
  async close(): Promise<void> {
    await this.#handle.close();
    await rm(this.#folder, { recursive: true });
  }

  async #flush(): Promise<void> {
    const text = this.#pending;
    this.#pending = '';
    try {
      await this.#handle.appendFile(text);
    } catch (error) {
      throw writeError(this.#options, error);
    }
  }
}

/** One line of a bars file; numbers as short as they can be read back exactly. */
function formatBar({ time, open, high, low, close, volume }: Bar, timeframe: Timeframe): string {
  return `${formatBarTime(time, timeframe)},${open},${high},${low},${close},${volume}\n`;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** A hard link fails where the name is taken: of two writers at once only one succeeds. */
async function linkNew(from: string, to: string, options: BarsWriterOptions): Promise<void> {
  await link(from, to).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST' ? barsExist(options, error) : error;
  });
}

/** The file's new name survives a power cut, where the system can sync folders (Windows cannot). */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

function barsExist({ dataDir, file }: BarsWriterOptions, cause?: unknown): KtrdrError {
  return new KtrdrError(
    'bars_exist',
    `${file} is already in ${dataDir} and was left as it is. To replace it, ask for that: --overwrite.`,
    { details: { file }, cause },
  );
}

function writeError({ dataDir, file }: BarsWriterOptions, error: unknown): KtrdrError {
  return storageError(error, `writing ${file} into ${dataDir}`, 'DATA_DIR');
}
