import type { StampChoice, Timeframe } from '@ktrdr/contracts';
import type { Quoting, TimeQuestion } from './quoting.js';
import type { ZoneWord } from './zone-words.js';

/** Choices that concern the times of a file. */
export interface TimeChoices {
  /** The time now, ms: no bar is in the future, so a year with two digits is not. */
  now: number;
  /** Zone of local times: tz name, `UTC` or an offset. */
  timezone?: string | undefined;
  dateFormat?: string | undefined;
  timeframe?: Timeframe | undefined;
  /** Timeframe in the name of the file: likely, but the file may have been renamed. */
  named?: Timeframe | null | undefined;
  stamps?: StampChoice | undefined;
  /** A zone that the header names (`Gmt time`): it counts if `timezone` is missing. */
  headerZone?: string | undefined;
  /** What a layout's source documents as its zone, to suggest it: `-05:00`. */
  usualZone?: { zone: string; why: string } | undefined;
  /** Why the times of day are likely close times. */
  usualStamps?: string | undefined;
}

/** A row (index of `push`) with a time that cannot be resolved, and why. */
export interface TimeProblem {
  row: number;
  problem: string;
}

/** What a file's times mean. */
export interface TimesFound {
  /**
   * Open times, ms since 1970-01-01 UTC, in the file's order; `NaN` for a row with a problem. Daily and weekly bars: midnight UTC of
   * their date. While the time zone is unknown: the local times, as if they were UTC.
   */
  times: Float64Array;
  /** `null` until the user has answered the question. */
  timeframe: Timeframe | null;
  /** True if the file writes dates without a time of day. */
  datesAlone: boolean;
  /** How the file writes times: `DD.MM.YYYY HH:mm`. */
  dateFormat: string;
  /** `null` until the user has answered the question, and for dates without times. */
  timezone: string | null;
  stamps: StampChoice;
  questions: TimeQuestion[];
  problems: TimeProblem[];
  notes: Quoting[];
}

/** The rows of a time column as they were written. */
export interface WrittenTimes {
  length: number;
  lines: Uint32Array;
  /** Dates as `year * 10000 + a * 100 + b`, where a and b are month and day, or the other way round. */
  dates: Int32Array;
  /** Times of day in ms, or as a number without signs; -1: none. */
  clocks: Int32Array;
  /** Of times that are numbers. */
  numbers: Float64Array;
  /** Index of the row's zone in `zoneWords`, from 1; 0: none. `null`: no row has a zone. */
  zones: Uint16Array | null;
  zoneWords: readonly ZoneWord[];
  /** The first row, for display. */
  style: TimeStyle;
}

/** How a column writes times. All rows of a column write them in the same way. */
export interface TimeStyle {
  form: number;
  separator: number;
  joiner: number;
  shortYear: boolean;
  oneDigit: boolean;
  monthFirst: boolean;
  hasClock: boolean;
  hasSeconds: boolean;
  hasFraction: boolean;
  halfDay: boolean;
  /** Digits of a time of day without signs: least and most; 0: it has signs. */
  leastClockDigits: number;
  mostClockDigits: number;
  decimals: number;
  twoColumns: boolean;
}
