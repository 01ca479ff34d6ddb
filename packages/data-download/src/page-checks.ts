import { TIMEFRAME_MS, type Timeframe } from '@ktrdr/contracts';
import { formatBarTime } from '@ktrdr/market-data';
import type { BarColumns } from '@ktrdr/market-data';

const DAY_MS = 86_400_000;
/** A price may miss the range of its bar by this share: sources round each price on its own. Bars files allow the same. */
const PRICE_ROUNDING = 1e-6;
/** A page with a larger share of invalid bars has another format than expected. */
const MOST_BAD_SHARE = 0.5;
/** Bars that a note names. */
const MOST_NAMED = 3;

/** Bounds of a page. */
export interface PageBounds {
  /** Open times, ms UTC, included. */
  from: number;
  to: number;
  /** Bars that close later than this have not closed, ms UTC. */
  now: number;
}

/** Counts something, and names the first cases. */
class Cases {
  count = 0;
  private readonly named: string[] = [];

  add(text: string, count = 1): void {
    this.count += count;
    if (this.named.length < MOST_NAMED) this.named.push(text);
  }

  /** `at A, B, C and others` */
  get places(): string {
    const names = this.named.join(', ');
    return this.count > this.named.length ? `${names} and others` : names;
  }
}

/**
 * Checks the bars of a download as an import checks a file: order, duplicates, prices, gaps. What it leaves out or puts in order stands in
 * {@link notes}.
 */
export class PageChecks {
  private unordered = 0;
  private readonly repeated = new Cases();
  private readonly bad = new Cases();
  private readonly gaps = new Cases();
  private missing = 0;

  constructor(
    private readonly timeframe: Timeframe,
    private readonly neverCloses: boolean,
    /** Makes the error for a page that cannot be used. */
    private readonly refused: (why: string) => Error,
  ) {}

  /**
   * The bars of a page that can be stored: within the bounds, closed, with possible prices, in ascending order of time without
   * duplicates.
   *
   * @throws what `refused` makes, for different bars of one time, times between two bars, and a page with many bad bars
   */
  check(page: BarColumns, bounds: PageBounds): BarColumns {
    const rows = this.usableRows(page, bounds);
    const { time } = page;
    if (rows.some((row, at) => at > 0 && time[row]! < time[rows[at - 1]!]!)) {
      this.unordered += 1;
      rows.sort((a, b) => time[a]! - time[b]!);
    }
    return select(page, this.withoutDuplicates(page, rows));
  }

  /**
   * Counts the bars that are missing between two bars that follow each other. Open times, ms UTC.
   *
   * @throws what `refused` makes, for bars that do not fit together
   */
  checkGap(before: number, after: number): void {
    const step = TIMEFRAME_MS[this.timeframe];
    if (!this.neverCloses) return;
    if ((after - before) % step !== 0)
      throw this.refused(
        `its ${this.timeframe} bar of ${this.text(after)} does not follow the one of ${this.text(before)}: they open at different times`,
      );
    const missing = (after - before) / step - 1;
    if (missing < 1) return;
    this.missing += missing;
    this.gaps.add(`${this.text(before + step)} (${missing.toLocaleString('en-US')})`);
  }

  /** As {@link checkGap}, for all bars of a page and the one before it. */
  checkGaps({ time, length }: BarColumns, before: number | null): void {
    for (let row = 0; row < length; row++) {
      const previous = row === 0 ? before : time[row - 1]!;
      if (previous !== null) this.checkGap(previous, time[row]!);
    }
  }

  get notes(): string[] {
    const { unordered, repeated, bad, gaps, missing } = this;
    const notes: string[] = [];
    const add = (count: number, note: string): void => {
      if (count > 0) notes.push(note);
    };
    const number = (count: number, one: string): string =>
      `${count.toLocaleString('en-US')} ${one}${count === 1 ? '' : 's'}`;
    add(bad.count, `${number(bad.count, 'bar')} with impossible values left out: ${bad.places}.`);
    add(repeated.count, `${number(repeated.count, 'bar')} sent twice and stored once: ${repeated.places}.`);
    add(unordered, `${number(unordered, 'page')} not in order of time; the bars were sorted.`);
    add(
      missing,
      `${number(missing, 'bar')} missing at the source, in ${number(gaps.count, 'gap')}. Gaps begin at (bars): ${gaps.places}.`,
    );
    return notes;
  }

  private usableRows(page: BarColumns, { from, to, now }: PageBounds): number[] {
    const step = TIMEFRAME_MS[this.timeframe];
    const grid = Math.min(step, DAY_MS);
    const rows: number[] = [];
    let bad = 0;
    for (let row = 0; row < page.length; row++) {
      const time = page.time[row]!;
      const problem = problemOf(page, row);
      if (problem !== null) {
        bad += 1;
        this.bad.add(`${Number.isFinite(time) ? this.text(time) : `bar ${row + 1} of a page`} (${problem})`);
      } else if (time % grid !== 0) {
        throw this.refused(
          `the bar of ${new Date(time).toISOString()} does not open at a multiple of ${this.timeframe}`,
        );
      } else if (time >= from && time <= to && time + step <= now) {
        rows.push(row);
      }
    }
    if (bad > page.length * MOST_BAD_SHARE)
      throw this.refused(
        `${bad} of the ${page.length} bars of a page have impossible values: ${this.bad.places}`,
      );
    return rows;
  }

  private withoutDuplicates(page: BarColumns, rows: readonly number[]): number[] {
    const kept: number[] = [];
    for (const row of rows) {
      const last = kept.at(-1);
      if (last === undefined || page.time[last] !== page.time[row]) {
        kept.push(row);
        continue;
      }
      if (!COLUMNS.every((name) => page[name][last] === page[name][row]))
        throw this.refused(`it sent two different bars for ${this.text(page.time[row]!)}`);
      this.repeated.add(this.text(page.time[row]!));
    }
    return kept;
  }

  private text(time: number): string {
    return formatBarTime(time, this.timeframe);
  }
}

const COLUMNS = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;

function problemOf({ time, open, high, low, close, volume }: BarColumns, row: number): string | null {
  if (!Number.isInteger(time[row]) || Math.abs(time[row]!) > 8.64e15) return 'no time';
  const prices = [open[row]!, high[row]!, low[row]!, close[row]!];
  if (!prices.every(Number.isFinite)) return 'a price is not a number';
  const rounding = PRICE_ROUNDING * Math.max(...prices.map(Math.abs));
  if (Math.max(...prices) > high[row]! + rounding) return 'the high is not the highest price';
  if (Math.min(...prices) < low[row]! - rounding) return 'the low is not the lowest price';
  return volume[row]! >= 0 && Number.isFinite(volume[row]) ? null : 'the volume is not a number of 0 or more';
}

function select(page: BarColumns, rows: readonly number[]): BarColumns {
  const column = (name: (typeof COLUMNS)[number]): Float64Array =>
    Float64Array.from(rows, (row) => page[name][row]!);
  return {
    time: column('time'),
    open: column('open'),
    high: column('high'),
    low: column('low'),
    close: column('close'),
    volume: column('volume'),
    length: rows.length,
  };
}
