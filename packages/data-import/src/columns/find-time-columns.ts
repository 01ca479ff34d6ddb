import { looksLikeTime } from '../times/time-column.js';
import { type Meaning, meaningOf } from './column-names.js';
import type { Layout } from './layout.js';

const CLOCK = /^\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?\s*([ap]\.?m\.?)?$/i;
/** A time of day with points, in a column called a time. */
const POINTED_CLOCK = /^([01]?\d|2[0-4])\.[0-5]\d$/;
/** With seconds it looks like a date: `10.02.00`. */
const POINTED_SECONDS = /^([01]?\d|2[0-4])\.[0-5]\d\.[0-5]\d$/;
/** A time of day without colons, beside a date: `0930`, `93000`, `000000`, `34200000` milliseconds. */
const CLOCK_DIGITS = /^\d{1,8}$/;
const DATE_ONLY =
  /^(\d{8}|\d{1,4}[-./]\d{1,2}[-./]\d{1,4}|[^\d]*\d{1,2}[^\d:]+\d{2,4}|\d{1,2}[-. ]\p{L}+\.?[-. ]\d{2,4})$/u;
/** Unix time since 1980 or so, in seconds or finer. */
const UNIX = /^\d{9,19}(\.\d+)?$/;
/** Cells of a column that are looked at. */
const CELLS = 50;

/** `serial`: the day of a spreadsheet, or beside a date the time of day `93000`. */
type Kind = 'unix' | 'full' | 'date' | 'serial' | 'clock' | null;

interface Candidate {
  column: number;
  kind: Kind;
  /** Lower is better. */
  rank: number;
  closes: boolean;
}

/** Which columns hold the time of a bar. */
export type TimeColumns = Pick<
  Layout,
  'time' | 'clock' | 'closeTime' | 'stampsClose' | 'headerZone' | 'usualZone'
> & {
  /** A written date beside the unix times that are used. */
  rival?: number | undefined;
};

/**
 * Finds the columns of the time by their names and cells: a full time is better than a date and a time of day, and a unix time, which
 * needs no zone, is better than a written one. `null` if there is no time.
 *
 * @param names header of each column; `null` without one
 * @param rows cells of the first rows
 */
export function findTimeColumns(names: (string | null)[], rows: string[][]): TimeColumns | null {
  const candidates = names.flatMap((name, column): Candidate[] => {
    const named = name === null || name === '' ? null : meaningOf(name);
    const isTime = named?.meaning === 'time' || named?.meaning === 'date' || named?.meaning === 'close_time';
    if (name !== null && name !== '' && !isTime) return [];
    const kind = kindOf(rows, column, named?.meaning ?? null);
    if (kind === null) return [];
    return [{ column, kind, rank: named?.rank ?? 100 + column, closes: named?.meaning === 'close_time' }];
  });
  // a column without a name that follows a time can be a volume of ten digits
  const [firstUnnamed] = candidates.filter(({ column, kind }) => names[column] === null && kind !== 'clock');
  const opens = candidates
    .filter(
      ({ closes, column, kind }) =>
        !closes && (kind !== 'unix' || names[column] !== null || column === firstUnnamed?.column),
    )
    .toSorted((a, b) => a.rank - b.rank);
  const closes = candidates.find((candidate) => candidate.closes && candidate.kind !== 'clock');
  const best =
    opens.find(({ kind }) => kind === 'unix') ??
    preferUtc(
      opens.filter(({ kind }) => kind === 'full'),
      names,
    ) ??
    opens.find(({ kind }) => kind === 'date') ??
    opens.find(({ kind }) => kind === 'serial') ??
    closes;
  if (best === undefined) return null;
  const clock =
    (
      opens.find(({ kind }) => kind === 'clock') ??
      opens.find(({ kind }) => kind === 'serial') ??
      opens.find(({ column }) => column !== best.column && isPointedClock(rows, column))
    )?.column ?? unnamedClock(best, names, rows);
  const paired = best.kind === 'date' ? clock : -1;
  return {
    time: best.column,
    clock: paired,
    closeTime: closes?.column ?? unnamedClose(best, names, rows),
    stampsClose: best.closes,
    rival:
      best.kind === 'unix' ? opens.find(({ kind }) => kind === 'full' || kind === 'date')?.column : undefined,
    ...zonesOf([names[best.column], paired === -1 ? null : names[paired]]),
  };
}

/** The first column of times of day; -1: there is none. */
export function clockColumn(rows: string[][]): number {
  return (rows[0] ?? []).findIndex((_, column) => rows.every((row) => CLOCK.test(row[column] ?? '')));
}

function isPointedClock(rows: string[][], column: number): boolean {
  return rows.every((row) => POINTED_SECONDS.test(row[column] ?? ''));
}

function preferUtc(full: Candidate[], names: (string | null)[]): Candidate | undefined {
  return full.find(({ column }) => /utc|gmt/i.test(names[column] ?? '')) ?? full[0];
}

/** Without a header, four or six digits after a date are a time of day if one begins with 0, as no price does. */
function unnamedClock({ column }: Candidate, names: (string | null)[], rows: string[][]): number {
  if (names[column + 1] !== null) return -1;
  const cells = rows.map((row) => row[column + 1] ?? '');
  const isClock = (cell: string): boolean => /^([01]\d|2[0-3])[0-5]\d([0-5]\d)?$/.test(cell);
  return cells.every(isClock) && cells.some((cell) => cell.startsWith('0')) ? column + 1 : -1;
}

/**
 * Without a header, a second column of unix times just before the next bar's holds close times, as Binance writes them: the close is later
 * than the open by the same time in every row.
 */
function unnamedClose({ column, kind }: Candidate, names: (string | null)[], rows: string[][]): number {
  if (kind !== 'unix' || names.some((name) => name !== null)) return -1;
  return names.findIndex((_, other) => {
    if (other <= column) return false;
    const lengths = rows.map((row) => Number(row[other] ?? '') - Number(row[column] ?? ''));
    return lengths.every(
      (length, row) => length > 0 && length === lengths[0] && UNIX.test(rows[row]![other]!),
    );
  });
}

/** How the cells of a column say the time. Cells that say none are bad rows, unless the column has no name. */
function kindOf(rows: string[][], column: number, meaning: Meaning | null): Kind {
  const filled = rows.map((row) => row[column] ?? '').filter((cell) => cell !== '');
  const kinds = filled.slice(0, CELLS).map((cell) => kindOfCell(cell, meaning));
  const counts = new Map<Kind, number>();
  for (const kind of kinds) if (kind !== null) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const [best] = [...counts].toSorted((a, b) => b[1] - a[1]);
  if (best === undefined) return null;
  return meaning !== null || best[1] * 2 > kinds.length ? best[0] : null;
}

function kindOfCell(cell: string, meaning: Meaning | null): Kind {
  const named = meaning !== null;
  if (CLOCK.test(cell) || (meaning === 'time' && POINTED_CLOCK.test(cell))) return 'clock';
  // `240131` is a date in a column called so, else a time of day
  if ((/^\d{8}$/.test(cell) || (meaning === 'date' && /^\d{6}$/.test(cell))) && looksLikeTime(cell))
    return 'date';
  if (UNIX.test(cell) && looksLikeTime(cell)) return 'unix';
  // `0930`, `000000`: a time of day; `45292`, `45292.5`: a day of a spreadsheet
  if (named && CLOCK_DIGITS.test(cell))
    return cell.length === 5 && Number(cell) > 23_595 ? 'serial' : 'clock';
  // without a name, a plain number could be a price
  const isPlain = /^[-+]?[\d.]{1,8}$|^[-+]?\d+[.,]\d+$/.test(cell) && !isPointedDate(cell);
  if (!looksLikeTime(cell, named) || (isPlain && !named)) return null;
  return DATE_ONLY.test(cell) ? 'date' : 'full';
}

/** `02.01.18`, unlike `1234.56`. */
function isPointedDate(cell: string): boolean {
  return /^\d+\.\d+\.\d+/.test(cell);
}

/** Zones that a header names. `EST` may be meant with or without summer time, so that it is only likely. */
function zonesOf(names: (string | null | undefined)[]): Pick<TimeColumns, 'headerZone' | 'usualZone'> {
  const text = names.filter((name) => name !== null && name !== undefined).join(' ');
  const words = text.replace(/([a-z])([A-Z])/g, '$1 $2');
  const offset = /\b(?:UTC|GMT)\s*([+-]\d{1,2}(?::?\d{2})?)/i.exec(words)?.[1];
  if (offset !== undefined) {
    const [, sign = '+', hours = '0', minutes = '00'] = /^([+-])(\d{1,2}):?(\d{2})?$/.exec(offset) ?? [];
    return { headerZone: `${sign}${hours.padStart(2, '0')}:${minutes}` };
  }
  if (/(^|[^a-z])(utc|gmt)([^a-z]|$)/i.test(words)) return { headerZone: 'UTC' };
  const zone = /\b[A-Z][A-Za-z_]+\/[A-Z][A-Za-z_]+(?:\/[A-Z][A-Za-z_]+)?\b/.exec(text)?.[0];
  if (zone !== undefined && isZone(zone)) return { headerZone: zone };
  const usual = USUAL_ZONES.find(([words_]) => words_.test(words));
  return usual === undefined
    ? {}
    : { usualZone: { zone: usual[1], why: `the header says ${JSON.stringify(text)}` } };
}

const USUAL_ZONES: readonly [RegExp, string][] = [
  [/(^|[^a-z])(est|edt|et|eastern)([^a-z]|$)/i, 'America/New_York'],
  [/(^|[^a-z])(cst|cdt|ct|central)([^a-z]|$)/i, 'America/Chicago'],
  [/(^|[^a-z])(cet|cest|mez|mesz)([^a-z]|$)/i, 'Europe/Berlin'],
  [/(^|[^a-z])(msk)([^a-z]|$)/i, 'Europe/Moscow'],
  [/(^|[^a-z])(jst)([^a-z]|$)/i, 'Asia/Tokyo'],
  [/(^|[^a-z])(bst)([^a-z]|$)/i, 'Europe/London'],
];

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
