import {
  KtrdrError,
  TIMEFRAME_MS,
  isTimeframe,
  shellWord,
  type ConflictChoice,
  type DownloadResult,
  type Timeframe,
} from '@ktrdr/contracts';
import { type BarColumns, barsFileName, formatBarTime, parseDateRange, readBars } from '@ktrdr/market-data';
import type { BarsPage, BarsSource } from './bars-source.js';
import type { SourceClient } from './http/source-client.js';
import { SourceSession } from './http/source-session.js';
import { PageChecks } from './page-checks.js';
import { PageStore } from './page-store.js';
import { PendingBars } from './pending-bars.js';

/** Request of a download. */
export interface DownloadRequest {
  symbol: string;
  timeframe: string;
  /** `YYYY-MM-DD` */
  startDate?: string | undefined;
  /** `YYYY-MM-DD`, included. */
  endDate?: string | undefined;
  onConflict: ConflictChoice;
}

/** Progress of a download. */
export interface DownloadProgress {
  /** Share of the time range, 0..1. */
  share: number;
  /** Newest requested time, as in a bars file. */
  at: string;
  received: number;
}

export interface DownloadTools {
  dataDir: string;
  client: SourceClient;
  /** Ends the download. Complete pages are stored. */
  signal: AbortSignal;
  /** Called before bars are stored. Throws if this process may not store them. */
  mayStore: () => Promise<void>;
  onProgress: (progress: DownloadProgress) => void;
  /** The download has ended with an error, and the last pages could not be stored for another reason. */
  onProblem: (problem: unknown) => void;
  /** Called before a wait for the source, ms. */
  onWait: (ms: number) => void;
}

/** Range of the stored bars. Open times, ms UTC. */
interface KeptBars {
  first: number;
  last: number;
}

/**
 * Downloads the missing bars of a bars file, up to the newest closed bar: first the bars after its last bar, then the bars from
 * `startDate` to its first bar. So the file never has a gap that the source does not have, whenever a download ends.
 * The last bar of the file is fetched again and must agree. With `onConflict: 'replace'` and a start date, all bars of the range are
 * fetched again.
 *
 * @throws KtrdrError `invalid_name`, `invalid_date`, `invalid_date_range`, `invalid_request`, `source_unreachable`, `source_refused`,
 * `address_not_allowed`; as `storeBars`; the signal's reason. The pages before are kept.
 */
export async function downloadBars(
  source: BarsSource,
  request: DownloadRequest,
  tools: DownloadTools,
): Promise<DownloadResult> {
  return new Download(source, request, tools).run();
}

/** @throws KtrdrError `invalid_name`, `invalid_date`, `invalid_date_range`, `invalid_request` */
export function checkDownload(
  { description: { name, timeframes } }: BarsSource,
  { symbol, timeframe, startDate, endDate }: DownloadRequest,
): { timeframe: Timeframe; start: number | undefined; end: number | undefined } {
  barsFileName(symbol, timeframe);
  const { start, end } = parseDateRange(startDate, endDate);
  if (isTimeframe(timeframe) && timeframes.includes(timeframe)) return { timeframe, start, end };
  throw new KtrdrError(
    'invalid_request',
    `${name} has no bars of ${timeframe}: choose one of ${timeframes.join(', ')}.`,
    { details: { field: 'timeframe', value: timeframe } },
  );
}

class Download {
  private readonly session: SourceSession;
  private readonly checks: PageChecks;
  private readonly pages: PageStore;
  private readonly timeframe: Timeframe;
  private readonly step: number;
  private readonly start: number | undefined;
  private readonly end: number;
  private readonly notes: string[] = [];
  private received = 0;

  constructor(
    private readonly source: BarsSource,
    private readonly request: DownloadRequest,
    private readonly tools: DownloadTools,
  ) {
    const { dataDir, client, signal, mayStore, onWait } = tools;
    const { clock } = client;
    const { timeframe, start, end } = checkDownload(source, request);
    const now = clock.now();
    this.timeframe = timeframe;
    this.step = TIMEFRAME_MS[timeframe];
    this.start = start;
    this.end = Math.min(end ?? now, now);
    this.session = new SourceSession(client, signal, onWait);
    const origin = {
      kind: 'download',
      from: source.description.name,
      sha256: null,
      profile: null,
      at: new Date(now).toISOString(),
    } as const;
    const { symbol, onConflict } = request;
    this.pages = new PageStore({ dataDir, symbol, timeframe, onConflict, origin, clock, mayStore });
    this.checks = new PageChecks(timeframe, source.neverCloses, (why) => this.session.refused(why));
  }

  async run(): Promise<DownloadResult> {
    const kept = await this.keptBars();
    try {
      await this.fetchMissing(kept);
    } catch (error) {
      await this.storeAfter(error);
      throw error;
    }
    await this.pages.flush();
    const { stored } = this.pages;
    if (stored === null && kept === null) throw this.nothingFound();
    return {
      source: this.source.description.name,
      requests: this.session.requests,
      received: this.received,
      stored: stored === null ? [] : [stored],
      notes: [...this.notes, ...this.checks.notes],
    };
  }

  private async fetchMissing(kept: KeptBars | null): Promise<void> {
    const { start, end, step } = this;
    if (kept === null) return this.fetchForward(start ?? null, end, null);
    const { first, last } = kept;
    // one page has all bars: it is compared with all bars of the file
    if (this.source.pageBars === Infinity)
      return this.fetchForward(Math.min(start ?? first, first), end, null);
    if (start !== undefined && start > last + step) this.noteNoHole('start', last);
    if (start !== undefined && end < first - step) this.noteNoHole('end', first);
    if (start !== undefined && this.request.onConflict === 'replace')
      return this.fetchForward(Math.min(start, last), Math.max(end, first), null);
    if (end > last) await this.fetchForward(last, end, last);
    if (start !== undefined && start < first) await this.fetchBackward(start, first);
    if (this.session.requests === 0)
      this.note(`already has all bars up to ${this.text(Math.min(end, last))}`);
  }

  /**
   * Pages from `from` to `to`, the oldest first.
   *
   * @param last the bar that they continue, if they continue any
   */
  private async fetchForward(from: number | null, to: number, last: number | null): Promise<void> {
    const { source } = this;
    if (from === null && !source.knowsItsBeginning)
      throw new KtrdrError(
        'invalid_request',
        `${source.description.name} does not say when its bars begin. Choose a --start-date.`,
        { details: { field: 'start_date' } },
      );
    let [first, before] = [from, last];
    for await (const page of source.bars({ ...this.names, from, to }, this.session)) {
      this.received += page.bars.length;
      this.notes.push(...(page.notes ?? []));
      const bars = this.checked(page, from ?? -Infinity, to);
      this.checks.checkGaps(bars, before);
      first ??= bars.time[0] ?? null;
      before = bars.time[bars.length - 1] ?? before;
      if (before !== null && first !== null) this.report((before - first) / Math.max(1, to - first), before);
      await this.pages.add(bars);
    }
  }

  /** Pages before `first`, the newest first: each one continues the file. */
  private async fetchBackward(start: number, first: number): Promise<void> {
    const oldest = await this.oldestBar(start, first);
    if (oldest === null) {
      this.note(`begins at ${this.text(first)}, because the source has no earlier bars`);
      return;
    }
    const width = this.source.pageBars * this.step;
    for (let [after, end] = [first, first]; end > oldest; end -= width) {
      const [from, to] = [Math.max(oldest, end - width), end - this.step];
      const window = new PendingBars();
      for await (const page of this.source.bars({ ...this.names, from, to }, this.session)) {
        this.received += page.bars.length;
        window.add(this.checked(page, from, to));
      }
      const bars = window.take();
      this.checks.checkGaps(bars, null);
      if (bars.length > 0) this.checks.checkGap(bars.time[bars.length - 1]!, after);
      after = bars.time[0] ?? after;
      this.report((first - from) / (first - oldest), from);
      await this.pages.add(bars);
    }
  }

  /** Open time of the oldest bar from `start` on; `null` if the source has none before `first`. */
  private async oldestBar(start: number, first: number): Promise<number | null> {
    const to = first - this.step;
    for await (const page of this.source.bars({ ...this.names, from: start, to }, this.session)) {
      const bars = this.checked(page, start, to);
      if (bars.length > 0) return bars.time[0]!;
    }
    return null;
  }

  private checked({ bars, sentAt }: BarsPage, from: number, to: number): BarColumns {
    // the clock of this machine may be fast
    const now = Math.min(this.tools.client.clock.now(), sentAt ?? Infinity);
    return this.checks.check(bars, { from, to, now });
  }

  /** Keeps the whole pages of a download that has ended with an error. */
  private async storeAfter(error: unknown): Promise<void> {
    try {
      await this.pages.flush();
    } catch (problem) {
      // why the download ended says more
      if (problem !== error) this.tools.onProblem(problem);
    }
  }

  private async keptBars(): Promise<KeptBars | null> {
    const { dataDir } = this.tools;
    const { onConflict } = this.request;
    const bars = await readBars({ dataDir, ...this.names }).catch((error: unknown) => {
      if (error instanceof KtrdrError && error.code === 'bars_not_found') return null;
      throw error;
    });
    if (bars === null || bars.length === 0) return null;
    if (!bars.synthetic) return { first: bars.time[0]!, last: bars.time[bars.length - 1]! };
    if (onConflict === 'replace') return null;
    throw new KtrdrError(
      'import_conflict',
      `${bars.file} has synthetic bars, which are never mixed with real bars. ` +
        `Replace all of them (--on-conflict replace), or delete them first: ktrdr data delete ${shellWord(bars.symbol)} ${bars.timeframe}.`,
      { details: { file: bars.file } },
    );
  }

  private get names(): { symbol: string; timeframe: Timeframe } {
    return { symbol: this.request.symbol, timeframe: this.timeframe };
  }

  private report(share: number, at: number): void {
    const { received } = this;
    this.tools.onProgress({ share: Math.min(Math.max(share, 0), 1), at: this.text(at), received });
  }

  private noteNoHole(which: 'start' | 'end', bound: number): void {
    this.notes.push(
      `The ${which} date is outside the range of the file. The bars in between, up to ${this.text(bound)}, are downloaded too, so that the file has no gap.`,
    );
  }

  private note(text: string): void {
    this.notes.push(`${barsFileName(this.request.symbol, this.timeframe)} ${text}.`);
  }

  private nothingFound(): KtrdrError {
    const { symbol, startDate, endDate } = this.request;
    const range = [
      startDate === undefined ? '' : ` from ${startDate}`,
      endDate === undefined ? '' : ` to ${endDate}`,
    ];
    return new KtrdrError(
      'no_bars_in_range',
      `${this.source.description.name} has no closed ${this.timeframe} bars of ${symbol}${range.join('')}. Nothing was stored.`,
    );
  }

  private text(time: number): string {
    return formatBarTime(time, this.timeframe);
  }
}
