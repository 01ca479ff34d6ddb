import type { BarColumns } from '@ktrdr/market-data';

const COLUMNS = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;

/** Bars of whole pages that are not stored yet. */
export class PendingBars {
  private readonly pages: BarColumns[] = [];

  /** A page after those before it in time, or before them. */
  add(page: BarColumns): void {
    if (page.length > 0) this.pages.push(page);
  }

  get isEmpty(): boolean {
    return this.pages.length === 0;
  }

  /** All bars in ascending order of time. None are pending afterwards. */
  take(): BarColumns {
    const pages = this.pages.splice(0).toSorted((a, b) => a.time[0]! - b.time[0]!);
    const length = pages.reduce((sum, page) => sum + page.length, 0);
    const column = (name: (typeof COLUMNS)[number]): Float64Array => {
      const joined = new Float64Array(length);
      let at = 0;
      for (const page of pages) {
        joined.set(page[name], at);
        at += page.length;
      }
      return joined;
    };
    return {
      time: column('time'),
      open: column('open'),
      high: column('high'),
      low: column('low'),
      close: column('close'),
      volume: column('volume'),
      length,
    };
  }
}
