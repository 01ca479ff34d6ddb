/** Length of `YYYY-MM-DD`. */
const DATE_LENGTH = 10;

/** A bar's time as files of bars write it: daily and weekly bars have a date, which is the same in every zone. */
export function barDay(time: string, timeframe: string): string {
  return timeframe === '1d' || timeframe === '1w' ? time.slice(0, DATE_LENGTH) : time;
}
