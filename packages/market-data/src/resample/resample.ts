import { KtrdrError, TIMEFRAME_MS, type Timeframe } from '@ktrdr/contracts';
import { type Bars, lineOfBar } from '../bars.js';
import { weekdayOf } from '../report/market-calendar.js';
import type { ParsedBars } from '../store/parsed-bars.js';
import { DAY_MS, formatBarTime } from '../timestamp.js';
import { lastDayEndsWeek, lastDayHasEnded } from './complete.js';
import { type Sessions, sessionsOf } from './sessions.js';

/** Bars of a coarser timeframe. */
export interface Resampled {
  bars: ParsedBars;
  /** 1 if the last bar was incomplete and is left out, else 0. */
  leftOut: number;
}

/** The coarse bars that the bars of a file belong to. */
interface Grid {
  /** Identifies a coarse bar. Does not fall from one bar to the next. */
  keyOf(time: number): number;
  /** When a coarse bar begins and ends, ms UTC. */
  startOf(key: number): number;
  endOf(key: number): number;
  /** Time that the file contains. */
  labelOf(key: number): number;
}

/**
 * Bars of a coarser timeframe: the first open, the highest high, the lowest low, the last close and the sum of the volumes.
 *
 * A bar is labelled by its open. Bars finer than a day begin at multiples of their length in UTC (moved by the minutes by which
 * all bars of the file are moved, as 09:30, 10:30 ...). Daily bars are days of the market ({@link sessionsOf}) and have their date; weekly
 * bars begin on Monday. Times without bars give no bar. The last bar is left out if more bars of it may come.
 *
 * No bar contains the future: all its parts have closed when it closes, one timeframe after its label. So daily bars of a market whose day
 * ends after 00:00 UTC of the next date are labelled by the moment at which they open.
 *
 * @throws KtrdrError `invalid_request` if `to` is not coarser, for an unknown zone, and if days need a zone; `bars_invalid` if a bar
 * reaches beyond the end of a coarse bar
 */
export function resample(bars: Bars, to: Timeframe, timezone?: string): Resampled {
  const { symbol, timeframe: from, length, synthetic } = bars;
  if (TIMEFRAME_MS[to] <= TIMEFRAME_MS[from]) {
    throw new KtrdrError(
      'invalid_request',
      `${from} bars cannot be resampled to ${to}: choose a timeframe that is coarser than ${from}.`,
      { details: { field: 'to', value: to } },
    );
  }
  const sessions = sessionsOf(bars, timezone);
  const grid = TIMEFRAME_MS[to] < DAY_MS ? intradayGrid(bars, to) : calendarGrid(bars, to, sessions);
  const rows = countBars(bars, grid);
  const result = aggregate(bars, grid, rows);
  const complete = length > 0 && lastIsComplete(bars, to, grid, sessions);
  const kept = complete || rows === 0 ? rows : rows - 1;
  return {
    bars: { symbol, timeframe: to, ...cut(result, kept), length: kept, synthetic },
    leftOut: rows - kept,
  };
}

function intradayGrid({ time, length, timeframe }: Bars, to: Timeframe): Grid {
  const size = TIMEFRAME_MS[to];
  const phase = usualPhase(time, length, TIMEFRAME_MS[timeframe]);
  const startOf = (key: number): number => key * size + phase;
  return {
    keyOf: (moment) => Math.floor((moment - phase) / size),
    startOf,
    endOf: (key) => startOf(key + 1),
    labelOf: startOf,
  };
}

/** Most frequent time since a multiple of the timeframe, ms: 0, or half an hour for hourly bars from 09:30. */
function usualPhase(time: Float64Array, length: number, step: number): number {
  const counts = new Map<number, number>();
  let usual = 0;
  for (let bar = 0; bar < length; bar++) {
    const phase = time[bar]! - Math.floor(time[bar]! / step) * step;
    const count = (counts.get(phase) ?? 0) + 1;
    counts.set(phase, count);
    if (count > (counts.get(usual) ?? 0)) usual = phase;
  }
  return usual;
}

function calendarGrid(bars: Bars, to: Timeframe, sessions: Sessions): Grid {
  const days = to === '1w' ? 7 : 1;
  const grid: Grid = {
    keyOf(moment) {
      const day = sessions.dayOf(moment);
      return days === 1 ? day : day - weekdayOf(day);
    },
    startOf: (key) => sessions.startOf(key),
    endOf: (key) => sessions.startOf(key + days),
    labelOf: (key) => key * DAY_MS,
  };
  const { time, length } = bars;
  for (let bar = 0; bar < length; bar++) {
    if (endOfBar(bars, bar) > grid.labelOf(grid.keyOf(time[bar]!)) + TIMEFRAME_MS[to]) {
      return { ...grid, labelOf: (key) => sessions.startOf(key) };
    }
  }
  return grid;
}

/** A bar ends after its timeframe, or when the next one opens: the first bar of a session can be shorter. */
function endOfBar({ time, length, timeframe }: Bars, bar: number): number {
  const end = time[bar]! + TIMEFRAME_MS[timeframe];
  return bar + 1 < length ? Math.min(end, time[bar + 1]!) : end;
}

/** Number of coarse bars. Checks that each bar lies within one of them. */
function countBars(bars: Bars, grid: Grid): number {
  const { time, length, timeframe, file } = bars;
  let rows = 0;
  let [key, end] = [NaN, NaN];
  for (let bar = 0; bar < length; bar++) {
    const next = grid.keyOf(time[bar]!);
    if (next !== key) {
      rows++;
      key = next;
      end = grid.endOf(key);
    }
    if (endOfBar(bars, bar) <= end) continue;
    const line = lineOfBar(bars, bar);
    const problem = `the bar of ${formatBarTime(time[bar]!, timeframe)} crosses the end of its coarser bar (${formatBarTime(end, timeframe)})`;
    throw new KtrdrError(
      'bars_invalid',
      `${file}:${line}: ${problem}. Correct or remove it, or choose another time zone.`,
      {
        details: { file, problems: [{ line, message: problem }], truncated: false },
      },
    );
  }
  return rows;
}

type Columns = Record<'time' | 'open' | 'high' | 'low' | 'close' | 'volume', Float64Array>;

function aggregate(bars: Bars, grid: Grid, rows: number): Columns {
  const column = (): Float64Array => new Float64Array(rows);
  const result = {
    time: column(),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
  };
  let row = -1;
  let key = NaN;
  for (let bar = 0; bar < bars.length; bar++) {
    const next = grid.keyOf(bars.time[bar]!);
    if (next !== key) {
      key = next;
      row++;
      result.time[row] = grid.labelOf(key);
      result.open[row] = bars.open[bar]!;
      result.high[row] = bars.high[bar]!;
      result.low[row] = bars.low[bar]!;
    } else {
      result.high[row] = Math.max(result.high[row]!, bars.high[bar]!);
      result.low[row] = Math.min(result.low[row]!, bars.low[bar]!);
    }
    result.close[row] = bars.close[bar]!;
    result.volume[row]! += bars.volume[bar]!;
  }
  return result;
}

function cut(columns: Columns, rows: number): Columns {
  const { time, open, high, low, close, volume } = columns;
  return {
    time: time.subarray(0, rows),
    open: open.subarray(0, rows),
    high: high.subarray(0, rows),
    low: low.subarray(0, rows),
    close: close.subarray(0, rows),
    volume: volume.subarray(0, rows),
  };
}

function lastIsComplete(bars: Bars, to: Timeframe, grid: Grid, sessions: Sessions): boolean {
  const last = bars.time[bars.length - 1]!;
  if (last + TIMEFRAME_MS[bars.timeframe] >= grid.endOf(grid.keyOf(last))) return true;
  if (to === '1w' && !lastDayEndsWeek(bars, sessions)) return false;
  return TIMEFRAME_MS[bars.timeframe] >= DAY_MS || lastDayHasEnded(bars, sessions);
}
