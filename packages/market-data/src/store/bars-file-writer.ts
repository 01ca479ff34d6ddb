import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import type { Timeframe } from '@ktrdr/contracts';
import { BAR_COLUMNS } from '../bars-header.js';
import { BarsText } from './bars-text.js';
import type { BarColumns } from './merge-bars.js';

const CHUNK_BYTES = 1 << 18;

/** What a written file holds. */
export interface WrittenBars {
  sha256: string;
  bytes: number;
  rows: number;
}

/** Writes one new bars file. The only code that writes the format; it gives the same bytes for the same bars on every machine. */
export class BarsFileWriter {
  private readonly hash = createHash('sha256');
  private readonly text: BarsText;
  private bytes = 0;
  private rows = 0;

  private constructor(
    private readonly handle: FileHandle,
    timeframe: Timeframe,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.text = new BarsText(timeframe, CHUNK_BYTES);
  }

  /**
   * Creates a file, lets `work` add its bars, and syncs it to the disk.
   *
   * @param comments lines before the header, with their `#`
   * @throws errors of the file system; the signal's reason; what `work` throws
   */
  static async write(
    path: string,
    {
      timeframe,
      comments,
      signal,
    }: { timeframe: Timeframe; comments: readonly string[]; signal?: AbortSignal | undefined },
    work: (writer: BarsFileWriter) => Promise<void>,
  ): Promise<WrittenBars> {
    const handle = await open(path, 'wx');
    try {
      const writer = new BarsFileWriter(handle, timeframe, signal);
      await writer.append(barsFileHead(comments));
      await work(writer);
      return await writer.finish();
    } finally {
      await handle.close();
    }
  }

  /** Adds bars `[from, to)`. */
  async add(
    { time, open: opens, high, low, close, volume }: BarColumns,
    from: number,
    to: number,
  ): Promise<void> {
    for (let row = from; row < to; row++) {
      if (this.text.isFull) await this.append(this.text.take());
      this.text.add(time[row]!, opens[row]!, high[row]!, low[row]!, close[row]!, volume[row]!);
    }
    this.rows += to - from;
  }

  private async finish(): Promise<WrittenBars> {
    await this.append(this.text.take());
    await this.handle.sync();
    return { sha256: this.hash.digest('hex'), bytes: this.bytes, rows: this.rows };
  }

  private async append(bytes: Buffer): Promise<void> {
    this.signal?.throwIfAborted();
    this.hash.update(bytes);
    this.bytes += bytes.length;
    // writes all of it, or fails
    await this.handle.appendFile(bytes);
  }
}

/** The lines of a bars file before its bars. */
export function barsFileHead(comments: readonly string[]): Buffer {
  return Buffer.from([...comments, BAR_COLUMNS.join(','), ''].join('\n'));
}
