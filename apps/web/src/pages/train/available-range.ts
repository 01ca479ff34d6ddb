import type { BarsInfo } from '@ktrdr/contracts';

/** Days of one file of bars. */
export interface AvailableFile {
  /** `SYMBOL timeframe`. */
  name: string;
  rows: number;
  /** `YYYY-MM-DD`. */
  first: string;
  last: string;
}

/** The bars at hand for some symbols and timeframes. */
export interface AvailableBars {
  files: AvailableFile[];
  /** `SYMBOL timeframe` without a readable file. */
  missing: string[];
}

const DATE_LENGTH = 10;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

export function availableBars(
  bars: readonly BarsInfo[],
  symbols: readonly string[],
  timeframes: readonly string[],
): AvailableBars {
  const available: AvailableBars = { files: [], missing: [] };
  for (const symbol of symbols)
    for (const timeframe of timeframes) {
      const name = `${symbol} ${timeframe}`;
      const found = bars.find((info) => info.symbol === symbol && info.timeframe === timeframe);
      if (found?.first == null || found.last === null) available.missing.push(name);
      else
        available.files.push({
          name,
          rows: found.rows ?? 0,
          first: found.first.slice(0, DATE_LENGTH),
          last: found.last.slice(0, DATE_LENGTH),
        });
    }
  return available;
}

/** True for `YYYY-MM-DD` of a day that exists. */
export function isDay(text: string): boolean {
  return (
    DATE.test(text) &&
    !Number.isNaN(Date.parse(text)) &&
    new Date(text).toISOString().slice(0, DATE_LENGTH) === text
  );
}

/** What is wrong with the two dates, given the available bars. Only the API checks times of day. */
export function dateProblems(
  { start_date: start, end_date: end }: { start_date: string; end_date: string },
  files: readonly AvailableFile[],
): Map<'start_date' | 'end_date', string> {
  const problems = new Map<'start_date' | 'end_date', string>();
  const startDay = start.slice(0, DATE_LENGTH);
  const endDay = end.slice(0, DATE_LENGTH);
  // each file needs a bar in the range
  const endsBefore = files.find(({ last }) => last < startDay);
  const beginsAfter = files.find(({ first }) => first > endDay);
  if (start !== '' && !isDay(startDay)) problems.set('start_date', 'Write the date as 2024-01-31.');
  else if (start !== '' && endsBefore !== undefined)
    problems.set(
      'start_date',
      `The last bar of ${endsBefore.name} is at ${endsBefore.last}. Choose an earlier day.`,
    );
  if (end !== '' && !isDay(endDay)) problems.set('end_date', 'Write the date as 2024-01-31.');
  else if (end !== '' && beginsAfter !== undefined)
    problems.set(
      'end_date',
      `The first bar of ${beginsAfter.name} is at ${beginsAfter.first}. Choose a later day.`,
    );
  else if (isDay(startDay) && isDay(endDay) && startDay > endDay)
    problems.set('end_date', 'It is before the first day. Swap them.');
  return problems;
}
