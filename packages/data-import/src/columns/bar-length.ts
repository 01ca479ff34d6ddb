import {
  type ImportChoices,
  isTimeframe,
  meantTimeframe,
  shown,
  TIMEFRAME_MS,
  TIMEFRAMES,
  type Timeframe,
} from '@ktrdr/contracts';
import { importError } from '../bytes/import-error.js';
import type { TextRow } from '../table/find-dialect.js';
import { TimeColumn } from '../times/time-column.js';
import type { TimeChoices } from '../times/written-times.js';
import { ANY_VALUE } from './chosen-columns.js';
import { columnName, type Layout } from './layout.js';

/** Number of rows whose open and close times are compared. */
const ROWS = 200;
/** A close time is the last millisecond or second of a bar, or the next bar's open. */
const CLOSE_NOISE_MS = 1_000;

/**
 * Timeframe in the file: from a column (`<PER>`), or from open and close times. `undefined` if the file has none.
 *
 * @throws KtrdrError `import_invalid` if the length of its bars is not a timeframe
 */
export function saidTimeframe(
  file: string,
  layout: Layout,
  sample: TextRow[],
  { timeframe }: ImportChoices,
  times: TimeChoices,
): Timeframe | undefined {
  if (timeframe !== undefined && isTimeframe(timeframe)) return timeframe;
  if (layout.barLength !== -1) return namedLength(file, layout, sample);
  const { closeTime, time, clock } = layout;
  return closeTime === -1 || closeTime === time || clock !== -1
    ? undefined
    : measuredLength(layout, sample, times);
}

function namedLength(file: string, layout: Layout, sample: TextRow[]): Timeframe {
  const row = sample.find(({ cells }) => (cells[layout.barLength] ?? '') !== '');
  const wanted = layout.wanted.find(
    ({ column, value }) => column === layout.barLength && value !== ANY_VALUE,
  );
  const text = wanted?.value ?? row?.cells[layout.barLength] ?? '';
  const meant = meantTimeframe(text);
  if (meant !== null) return meant;
  throw importError(
    file,
    `${columnName(layout, layout.barLength)} says that the bars are ${shown(text)} long: timeframes are ${TIMEFRAMES.join(', ')}. Download one of them`,
    row === undefined ? {} : { line: row.line },
  );
}

function measuredLength(
  { time, closeTime }: Layout,
  sample: TextRow[],
  choices: TimeChoices,
): Timeframe | undefined {
  // one timeframe for both keeps their times as they are
  const opens = new TimeColumn({ ...choices, timeframe: '1m', stamps: 'open' }, ROWS);
  const closes = new TimeColumn({ ...choices, timeframe: '1m', stamps: 'open' }, ROWS);
  for (const { line, cells } of sample.slice(0, ROWS)) {
    const open = Buffer.from(cells[time] ?? '');
    const close = Buffer.from(cells[closeTime] ?? '');
    if (opens.push(line, open, 0, open.length) !== null) continue;
    if (closes.push(line, close, 0, close.length) !== null) opens.pop();
  }
  const from = opens.finish().times;
  const to = closes.finish().times;
  const fits = TIMEFRAMES.find((timeframe) =>
    from.every((open, row) => Math.abs(to[row]! - open - TIMEFRAME_MS[timeframe]) <= CLOSE_NOISE_MS),
  );
  return from.length === 0 ? undefined : fits;
}
