import type { ImportQuestion, StampChoice, Timeframe } from '@ktrdr/contracts';

/** Choices that concern the times of a file. */
export interface TimeChoices {
  /** Zone of local times: tz name, `UTC` or an offset. */
  timezone?: string | undefined;
  dateFormat?: string | undefined;
  timeframe?: Timeframe | undefined;
  stamps?: StampChoice | undefined;
  /** A zone that the header names (`Gmt time`): it counts if `timezone` is missing. */
  headerZone?: string | undefined;
  /** What a layout's source documents as its zone, to suggest it: `-05:00`. */
  usualZone?: { zone: string; why: string } | undefined;
}

/** What a file's times mean. */
export interface TimesFound {
  /** Open times, ms since 1970-01-01 UTC, in the file's order; `NaN` for a row with a problem. Daily and weekly bars: midnight UTC of their date. */
  times: Float64Array;
  /** `null` while it is asked. */
  timeframe: Timeframe | null;
  /** How the file writes times: `DD.MM.YYYY HH:mm`. */
  dateFormat: string;
  /** `null` while it is asked, and for dates alone. */
  timezone: string | null;
  stamps: StampChoice;
  questions: ImportQuestion[];
  /** Rows (index of `push`) with a time that cannot be resolved, and why. */
  problems: { row: number; problem: string }[];
  notes: string[];
}
