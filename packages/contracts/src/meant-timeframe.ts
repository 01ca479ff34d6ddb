import { TIMEFRAME_MS, TIMEFRAMES, type Timeframe } from './names.js';

const MINUTE_MS = 60_000;
/** Names of time units on broker and data sites. */
const UNITS: readonly (readonly [words: RegExp, ms: number])[] = [
  [/^(s|secs?|seconds?)$/, MINUTE_MS / 60],
  [/^(m|mins?|minutes?|minutely)$/, MINUTE_MS],
  [/^(h|hrs?|hours?|hourly)$/, 60 * MINUTE_MS],
  [/^(d|days?|daily)$/, 24 * 60 * MINUTE_MS],
  [/^(w|wks?|weeks?|weekly)$/, 7 * 24 * 60 * MINUTE_MS],
];
/** `60m`, `1 hour`, `D`, `H1`, `240`. */
const DURATION = /^(\d{1,6})?[\s_-]*([a-z]+)?[\s_-]*(\d{1,6})?$/i;

/** The timeframe that a different notation stands for: `60m` is 1h. `null` if no timeframe has that length. */
export function meantTimeframe(text: string): Timeframe | null {
  // On most sites and in chart programs, `M` is a month; `M1` is a minute there
  if (/^1?[\s_-]*M$/.test(text.trim())) return null;
  const [, before, word, after] = DURATION.exec(text.trim()) ?? [];
  if (before !== undefined && after !== undefined) return null;
  const count = before ?? after;
  if (count === undefined && word === undefined) return null;
  // as in chart programs, a number without a unit is in minutes
  const unit = UNITS.find(([words]) => words.test((word ?? 'm').toLowerCase()));
  const ms = unit === undefined ? NaN : Number(count ?? 1) * unit[1];
  return TIMEFRAMES.find((timeframe) => TIMEFRAME_MS[timeframe] === ms) ?? null;
}

/** `; did you mean "1h"?`, or an empty text. */
export function timeframeHint(text: string): string {
  const meant = meantTimeframe(text);
  return meant === null ? '' : `; did you mean "${meant}"?`;
}
