import { formatDate, formatLocal } from './format-local.js';
import { isMixed, type RowOrder } from './row-order.js';
import type { TimeZone } from '@ktrdr/market-data';
import type { TimeProblem } from './written-times.js';

const OTHER_ROW = 'The file may have another time zone. Correct the row, or leave bad rows out';

/** Rows of local times. */
export interface LocalRows {
  /** Zone of a row; `null`: its time is an instant already. */
  zoneOf: (row: number) => TimeZone | null;
  /** Line of a row in the file. */
  lineOf: (row: number) => number;
  /** Length of a bar in ms; `null`: not known. */
  barMs: number | null;
}

/**
 * Turns local times into instants, in place. The order of the rows resolves an hour that happens twice: the rows before a step back, or a
 * repeated time, are in the first hour, and the rows after it in the second.
 */
export function resolveLocalTimes(times: Float64Array, order: RowOrder, rows: LocalRows): TimeProblem[] {
  const problems: TimeProblem[] = [];
  for (const group of order.groups) {
    const { from, to, newestFirst } = group;
    const rowAt = (index: number): number => (order.rows === null ? index : order.rows[index]!);
    const walk = new Walk(times, rows, {
      count: to - from,
      rowAt: (index) => rowAt(newestFirst ? to - 1 - index : from + index),
      isMixed: isMixed(group),
    });
    walk.resolve(problems);
  }
  return problems;
}

/** The rows of one symbol, oldest first. */
interface SymbolRows {
  count: number;
  rowAt: (index: number) => number;
  /** The rows are not in order of time, so that their order does not show the first and the second hour. */
  isMixed: boolean;
}

class Walk {
  constructor(
    private readonly times: Float64Array,
    private readonly rows: LocalRows,
    private readonly symbol: SymbolRows,
  ) {}

  resolve(problems: TimeProblem[]): void {
    const { times, rows } = this;
    const { count, rowAt } = this.symbol;
    let stretch: { from: number; to: number; offset: number } | null = null;
    let stretchZone: TimeZone | null = null;
    for (let index = 0; index < count; index++) {
      const row = rowAt(index);
      const zone = rows.zoneOf(row);
      const local = times[row]!;
      if (zone === null || Number.isNaN(local)) continue;
      if (zone !== stretchZone || stretch === null || !(local >= stretch.from && local < stretch.to)) {
        stretch = zone.stretchAt(local);
        stretchZone = zone;
      }
      if (stretch !== null) times[row] = local - stretch.offset;
      else if (zone.laterBy(local) > 0) index = this.resolveDoubled(index, zone, problems) - 1;
      else {
        problems.push({ row, problem: missingHour(local, zone) });
        times[row] = NaN;
      }
    }
  }

  /** Resolves the rows from `first` on that are within one doubled hour. @returns the index after them */
  private resolveDoubled(first: number, zone: TimeZone, problems: TimeProblem[]): number {
    const { times, rows } = this;
    const { count, rowAt, isMixed: mixed } = this.symbol;
    const hour = zone.changeAround(times[rowAt(first)]!)!;
    let end = first;
    let [stepsBack, secondFrom] = [0, -1];
    for (; end < count && rows.zoneOf(rowAt(end)) === zone; end++) {
      const local = times[rowAt(end)]!;
      if (!(local >= hour.from && local < hour.to)) break;
      if (end === first || local > times[rowAt(end - 1)]!) continue;
      stepsBack++;
      secondFrom = end;
    }
    const later = zone.laterBy(hour.from);
    const only = stepsBack === 0 && !mixed ? this.byNeighbours(first, end, later) : null;
    // the time before each row must be the written one until all rows are done
    for (let index = first; index < end; index++) {
      const row = rowAt(index);
      const local = times[row]!;
      const earlier = zone.earlier(local);
      if (stepsBack === 1 && !mixed) times[row] = index < secondFrom ? earlier : earlier + later;
      else if (only !== null) times[row] = earlier + only;
      else {
        const why =
          stepsBack === 0 && !mixed
            ? `${this.linesOf(first, end)} in this hour, so the file does not say which of the two it is`
            : 'the rows of this hour are not in order of time';
        problems.push({ row, problem: `${doubledHour(local, zone, hour)}; ${why}. ${OTHER_ROW}` });
        times[row] = NaN;
      }
    }
    return end;
  }

  /** `only line 3 is`, `only lines 3 to 5 are` */
  private linesOf(first: number, end: number): string {
    const { lineOf } = this.rows;
    const lines = [first, end - 1].map((index) => lineOf(this.symbol.rowAt(index)));
    return end - first === 1 ? `only line ${lines[0]} is` : `only lines ${lines.join(' to ')} are`;
  }

  /** A single bar in the hour: the bars beside it may be one bar away from only one of its two instants. @returns ms to add, or `null` */
  private byNeighbours(first: number, end: number, later: number): number | null {
    const { times, rows } = this;
    const { count, rowAt } = this.symbol;
    if (rows.barMs === null || end - first !== 1 || first === 0 || end >= count) return null;
    const zone = rows.zoneOf(rowAt(first))!;
    const earlier = zone.earlier(times[rowAt(first)]!);
    const before = times[rowAt(first - 1)]!;
    const after = (rows.zoneOf(rowAt(end)) ?? zone).earlier(times[rowAt(end)]!);
    const fits = [0, later].filter(
      (add) => earlier + add - before === rows.barMs && after - earlier - add === rows.barMs,
    );
    return fits.length === 1 ? fits[0]! : null;
  }
}

function missingHour(local: number, zone: TimeZone): string {
  const { from, to } = zone.changeAround(local)!;
  return `${clockOf(local)} on ${formatDate(local)} does not exist in ${zone.name}: the clocks go from ${clockOf(from)} to ${clockOf(to)}. ${OTHER_ROW}`;
}

function doubledHour(local: number, zone: TimeZone, hour: { from: number; to: number }): string {
  return `${clockOf(local)} on ${formatDate(local)} happens twice in ${zone.name}: the clocks go back from ${clockOf(hour.to)} to ${clockOf(hour.from)}`;
}

/** `01:30` */
function clockOf(local: number): string {
  return formatLocal(local).slice(11, 16);
}
