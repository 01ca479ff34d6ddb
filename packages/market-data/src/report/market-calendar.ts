import { TIMEFRAME_MS, type Timeframe } from '@ktrdr/contracts';
import { DAY_MS } from '../timestamp.js';

export const WEEKDAYS = [
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
  'Sunday',
] as const;
const DAYS = WEEKDAYS.length;
/** A shorter file does not show on which days a market is closed. */
const FEWEST_WEEKS = 4;
/** A day of the week, or a time of day, belongs to the calendar if it has bars this often, relative to the most frequent one. */
const USUAL = 0.75;
/** A market pauses this often a day at most, for example for lunch. More pauses are missing bars, as are several pauses of one bar. */
const MOST_PAUSES = 4;
const MOST_SHORT_PAUSES = 1;

/** When a market trades, learned from the times of its bars. Days and times are in UTC. */
export interface MarketCalendar {
  /** False if the file is too short to know the days on which the market is closed. */
  knowsDays: boolean;
  /** By weekday: the share of these days that have bars. */
  occupancy: number[];
  /** By weekday: whether the market trades on it. */
  open: boolean[];
  slotsPerDay: number;
  /** Expected bars of each weekday before each slot: `[7, slotsPerDay + 1]`. */
  expectedBefore: Float64Array;
}

/** Day since 1970-01-01. */
export function dayOf(time: number): number {
  return Math.floor(time / DAY_MS);
}

/** 0 is Monday. 1970-01-01 was a Thursday. */
export function weekdayOf(day: number): number {
  return (((day + 3) % DAYS) + DAYS) % DAYS;
}

/** Learns on which days of the week and at which times of the day a market has bars. The times ascend. */
export function learnCalendar(time: Float64Array, timeframe: Timeframe): MarketCalendar {
  const step = Math.min(TIMEFRAME_MS[timeframe], DAY_MS);
  const slotsPerDay = DAY_MS / step;
  const bars = new Float64Array(DAYS * slotsPerDay);
  const days = new Float64Array(DAYS);
  let midnight = Number.NEGATIVE_INFINITY;
  let [previous, slot] = [Number.NaN, 0];
  for (let bar = 0; bar < time.length; bar += 1) {
    const moment = time[bar]!;
    if (moment >= midnight + DAY_MS) {
      const day = dayOf(moment);
      midnight = day * DAY_MS;
      days[weekdayOf(day)]! += 1;
      slot = weekdayOf(day) * slotsPerDay + Math.floor((moment - midnight) / step);
    } else if (moment - previous === step) {
      slot += 1;
    } else {
      slot = weekdayOf(midnight / DAY_MS) * slotsPerDay + Math.floor((moment - midnight) / step);
    }
    bars[slot] = bars[slot]! + 1;
    previous = moment;
  }
  const occupancy = occupancyOf(days, dayOf(time[0]!), dayOf(time.at(-1)!));
  const most = Math.max(...occupancy);
  const knowsDays = time.at(-1)! - time[0]! >= FEWEST_WEEKS * DAYS * DAY_MS;
  return {
    knowsDays,
    occupancy,
    open: occupancy.map((share) => share >= USUAL * most),
    slotsPerDay,
    expectedBefore: expectedBars(bars, slotsPerDay),
  };
}

function occupancyOf(days: Float64Array, first: number, last: number): number[] {
  return Array.from(days, (count, weekday) => {
    const offset = (weekday - weekdayOf(first) + DAYS) % DAYS;
    const inFile = Math.floor((last - first - offset) / DAYS) + 1;
    return inFile > 0 ? count / inFile : 0;
  });
}

/** A weekday's session reaches from its first to its last usual slot, without the market's pauses. */
function expectedBars(bars: Float64Array, slotsPerDay: number): Float64Array {
  const before = new Float64Array(DAYS * (slotsPerDay + 1));
  const pause = pausesOf(bars, slotsPerDay);
  for (let weekday = 0; weekday < DAYS; weekday += 1) {
    const own = bars.subarray(weekday * slotsPerDay, (weekday + 1) * slotsPerDay);
    const least = USUAL * greatest(own);
    const [first, last] = [
      own.findIndex((count) => count > 0 && count >= least),
      own.findLastIndex((count) => count > 0 && count >= least),
    ];
    let sum = 0;
    for (let slot = 0; slot < slotsPerDay; slot += 1) {
      if (first >= 0 && slot >= first && slot <= last && pause[slot] === 0) sum += 1;
      before[weekday * (slotsPerDay + 1) + slot + 1] = sum;
    }
  }
  return before;
}

/** 1 for the slots of a day in which the market pauses, regardless of the weekday. */
function pausesOf(bars: Float64Array, slotsPerDay: number): Uint8Array {
  const all = new Float64Array(slotsPerDay);
  bars.forEach((count, slot) => (all[slot % slotsPerDay]! += count));
  const least = USUAL * greatest(all);
  const runs: { from: number; to: number }[] = [];
  const last = all.findLastIndex((count) => count > least);
  for (let slot = all.findIndex((count) => count > least); slot < last; slot += 1) {
    if (all[slot]! > least) continue;
    const run = runs.at(-1);
    if (run !== undefined && run.to === slot) run.to = slot + 1;
    else runs.push({ from: slot, to: slot + 1 });
  }
  const pause = new Uint8Array(slotsPerDay);
  if (runs.length > MOST_PAUSES) return pause;
  const short = runs.filter(({ from, to }) => to - from === 1);
  for (const run of runs) {
    if (short.length <= MOST_SHORT_PAUSES || !short.includes(run)) pause.fill(1, run.from, run.to);
  }
  return pause;
}

function greatest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}
