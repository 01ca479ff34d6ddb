import type { DataSource, Timeframe } from '@ktrdr/contracts';
import type { BarColumns } from '@ktrdr/market-data';
import type { SourceSession } from './http/source-session.js';

/** Range of a request to a source. */
export interface BarsRequest {
  symbol: string;
  timeframe: Timeframe;
  /** Open time of the first bar, ms UTC; `null`: the oldest bar that the source has. */
  from: number | null;
  /** Open time of the last bar, ms UTC. Included. */
  to: number;
}

/** One response of a source. */
export interface BarsPage {
  bars: BarColumns;
  /** Time of the response by the source's own clock, ms UTC; `null` if unknown. */
  sentAt: number | null;
  /** Notes for the user, for example about an adjusted close that is not used. */
  notes?: string[];
}

/** A source of bars. Each kind of source has one adapter. */
export interface BarsSource {
  readonly description: DataSource;
  /** Maximum number of bars in a page. `Infinity`: one page has all bars. */
  readonly pageBars: number;
  /** The market trades day and night, so a missing bar is a gap. */
  readonly neverCloses: boolean;
  /** False: `from` must not be `null`. */
  readonly knowsItsBeginning: boolean;
  /**
   * Pages of bars, the oldest page first. A page may have the newest bar before it has closed, and bars outside of the range.
   *
   * @throws KtrdrError as `SourceSession.get`; `source_refused` if a response does not have the source's format
   */
  bars(request: BarsRequest, session: SourceSession): AsyncGenerator<BarsPage, void>;
}
