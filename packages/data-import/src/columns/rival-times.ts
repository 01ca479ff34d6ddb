import type { ImportQuestion } from '@ktrdr/contracts';
import { shown } from '@ktrdr/contracts';
import { TimeColumn } from '../times/time-column.js';
import { answerName } from './chosen-columns.js';
import type { TimeColumns } from './find-time-columns.js';
import { columnName } from './layout.js';

/** The first rows of a table. */
interface Table {
  names: (string | null)[];
  rows: string[][];
  /** Line of the first row. */
  line: number;
}

/** Rows whose times are compared. */
const ROWS = 200;
const HOUR_MS = 3_600_000;
/** A date is up to a day before a time of it, and a zone up to 14 hours from UTC. */
const FURTHEST_BEFORE_MS = 14 * HOUR_MS;
const FURTHEST_AFTER_MS = 38 * HOUR_MS;

/**
 * Unix times are used before written ones, since they need no zone. Asks if the written dates beside them are others: the unix times may
 * be those of a download.
 */
export function askTimeColumn(
  { names, rows, line }: Table,
  { time, rival }: TimeColumns,
): ImportQuestion | null {
  if (rival === undefined) return null;
  const unix = timesOf(rows, time);
  const written = timesOf(rows, rival);
  if (unix === null || written === null || unix.length !== written.length) return null;
  const other = unix.findIndex((at, row) => {
    const apart = at - written[row]!;
    return apart < -FURTHEST_BEFORE_MS || apart > FURTHEST_AFTER_MS;
  });
  if (other === -1) return null;
  const cells = [time, rival].map(
    (column) => `${columnName({ names }, column)} ${shown(rows[other]?.[column] ?? '')}`,
  );
  return {
    choice: 'columns',
    message: `Two columns disagree about the time: line ${line + other} has ${cells.join(' and ')}. Which one is the time of the bar?`,
    answers: [rival, time].map((column) => `time=${answerName({ names }, column)}`),
    suggestion: null,
  };
}

/** ms of each row's time, of local times as if they were UTC; `null` if they can be read in several ways, or not at all. */
function timesOf(rows: string[][], column: number): Float64Array | null {
  // one timeframe and stamp keep the times as they are
  const times = new TimeColumn({ now: Date.UTC(2100, 0), timeframe: '1m', stamps: 'open' }, ROWS);
  for (const [index, row] of rows.slice(0, ROWS).entries()) {
    const cell = Buffer.from(row[column] ?? '');
    if (times.push(index, cell, 0, cell.length) !== null) return null;
  }
  const found = times.finish();
  return found.questions.some(({ choice }) => choice === 'date_format') ? null : found.times;
}
