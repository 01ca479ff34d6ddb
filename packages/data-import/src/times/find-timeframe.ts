import { TIMEFRAMES, TIMEFRAME_MS, type ImportQuestion, type Timeframe } from '@ktrdr/contracts';
import { DAY_MS } from '@ktrdr/market-data';
import { runsBackwards, type RowOrder } from './row-order.js';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** The spacing of daily bars changes by this much with summer time, and with the hour of the open. */
const DAY_TOLERANCE_MS = 2 * HOUR_MS;
/** Longer spacings are gaps, if they are no number of days. */
const LONGEST_INTRADAY_MS = 12 * HOUR_MS;
/** A share of spacings that is an exception. */
const FEW = 0.05;
/** With at least this many spacings, their shares mean something. */
const MANY = 20;

const INTRADAY: readonly Timeframe[] = TIMEFRAMES.filter((timeframe) => TIMEFRAME_MS[timeframe] < DAY_MS);

export interface TimeframeFound {
  timeframe: Timeframe | null;
  question: ImportQuestion | null;
}

/** Spacings of a file's rows. */
interface Spacings {
  /** How often each spacing below `LONGEST_INTRADAY_MS` occurs, in ms. */
  intraday: Map<number, number>;
  /** How often each whole number of days occurs. */
  days: Map<number, number>;
  /** True if every spacing of 2 to 4 days spans a weekend. */
  weekends: boolean;
  /** Spacings, gaps included. */
  total: number;
}

/** Finds the timeframe from the spacing of the bars over the whole file. If several fit, it is asked. */
export function findTimeframe(
  times: Float64Array,
  order: RowOrder,
  chosen: Timeframe | undefined,
): TimeframeFound {
  const spacings = measure(times, order);
  if (chosen !== undefined) return { timeframe: chosen, question: contradiction(spacings, chosen) };
  if (spacings.total === 0) return ask('the timeframe of one bar cannot be known', []);
  const intraday = sum(spacings.intraday);
  return intraday > sum(spacings.days) || (intraday > 0 && spacings.days.size === 0)
    ? intradayTimeframe(spacings, times, order)
    : dailyTimeframe(spacings);
}

function measure(times: Float64Array, order: RowOrder): Spacings {
  const found: Spacings = { intraday: new Map(), days: new Map(), weekends: true, total: 0 };
  let [last, lastCount] = [NaN, 0];
  const flush = (): void => {
    if (lastCount > 0) found.intraday.set(last, (found.intraday.get(last) ?? 0) + lastCount);
    lastCount = 0;
  };
  forSpacings(times, order, (spacing, from) => {
    found.total++;
    if (spacing === last) {
      lastCount++;
      return;
    }
    const days = Math.round(spacing / DAY_MS);
    if (days >= 1 && Math.abs(spacing - days * DAY_MS) <= DAY_TOLERANCE_MS) {
      found.days.set(days, (found.days.get(days) ?? 0) + 1);
      if (days > 1 && days < 5 && !spansWeekend(from, days)) found.weekends = false;
    } else if (spacing <= LONGEST_INTRADAY_MS) {
      flush();
      last =
        spacing < MINUTE_MS
          ? Math.max(1000, Math.round(spacing / 1000) * 1000)
          : Math.round(spacing / 1000) * 1000;
      lastCount = 1;
    }
  });
  flush();
  return found;
}

/** Calls `visit` with each spacing between a symbol's neighbouring times, the earlier of the two, and the later. */
function forSpacings(
  times: Float64Array,
  { rows, groups }: RowOrder,
  visit: (spacing: number, from: number, to: number) => void,
): void {
  for (const group of groups) {
    const at = (index: number): number => times[rows === null ? index : rows[index]!]!;
    const backwards = runsBackwards(at, group.from, group.to);
    let before = NaN;
    for (let index = group.from; index < group.to; index++) {
      const time = at(index);
      const spacing = backwards ? before - time : time - before;
      if (spacing > 0) visit(spacing, backwards ? time : before, backwards ? before : time);
      if (!Number.isNaN(time)) before = time;
    }
  }
}

function spansWeekend(from: number, days: number): boolean {
  for (let day = 1; day < days; day++) {
    const weekday = new Date(from + day * DAY_MS).getUTCDay();
    if (weekday === 0 || weekday === 6) return true;
  }
  return false;
}

function dailyTimeframe({ days, weekends }: Spacings): TimeframeFound {
  const count = (from: number, to: number): number => {
    let all = 0;
    for (const [spacing, times] of days) if (spacing >= from && spacing <= to) all += times;
    return all;
  };
  const [daily, weekly, monthly] = [count(1, 4), count(6, 8), count(28, 31)];
  const [mode] = mostFrequent(days);
  if (daily > 0 && daily * 3 > weekly && daily * 3 > monthly) {
    if ((days.get(1) ?? 0) === 0 && !weekends) return notOurs(`${mode} days`);
    if (weekly * 3 > daily)
      return ask('daily bars with gaps, and weekly bars with a part of a week, both fit', ['1d', '1w']);
    return { timeframe: '1d', question: null };
  }
  if (weekly > 0 && weekly * 3 > monthly) return { timeframe: '1w', question: null };
  if (monthly > 0) return notOurs('a month');
  return notOurs(mode === undefined ? 'a few hours' : `${mode} days`);
}

function intradayTimeframe(spacings: Spacings, times: Float64Array, order: RowOrder): TimeframeFound {
  const { intraday } = spacings;
  const total = sum(intraday);
  const [mode = 0, modeCount = 0] = mostFrequent(intraday);
  const finer = [...intraday].filter(([spacing]) => spacing < mode);
  const finerCount = finer.reduce((all, [, count]) => all + count, 0);
  const known = timeframeOf(mode);
  if (finerCount > total * FEW || (finerCount > 0 && known === null)) {
    // hourly bars of a session that opens at half past: the first bar of a day is shorter
    if (known !== null && modeCount >= 3 && modeCount >= finerCount && areFirstOfSession(times, order, mode))
      return { timeframe: known, question: null };
    const least = finer
      .filter(([, count]) => count >= total * FEW)
      .map(([spacing]) => spacing)
      .sort((a, b) => a - b)[0];
    const finest = least === undefined ? null : timeframeOf(least);
    if (
      finest !== null &&
      shareOfMultiples(intraday, least!) >= 1 - FEW &&
      total >= MANY &&
      !areFirstOfSession(times, order, mode)
    )
      return { timeframe: finest, question: null };
    const answers = [known, finest].filter((timeframe) => timeframe !== null);
    if (answers.length > 0)
      return ask(`bars are ${[...new Set([mode, least ?? mode])].map(inWords).join(' and ')} apart`, [
        ...new Set(answers),
      ]);
  }
  if (known === null) return notOurs(inWords(mode));
  const coarser = finerCount === 0 ? coarserFirstBars(spacings, times, order, mode) : [];
  if (coarser.length > 0)
    return ask(
      `bars ${inWords(mode)} apart fit ${known}, and ${coarser.join(', ')} with a shorter bar at the open`,
      [known, ...coarser],
    );
  return { timeframe: known, question: null };
}

/** True if every spacing below `length` is the first of a session, and the bars after it are `length` apart. */
function areFirstOfSession(times: Float64Array, order: RowOrder, length: number): boolean {
  let [before, beforeFrom] = [Infinity, 0];
  let sound = true;
  let afterShort = false;
  forSpacings(times, order, (spacing, from) => {
    if (afterShort && spacing < length) sound = false;
    if (afterShort && spacing < LONGEST_INTRADAY_MS && spacing % length !== 0) sound = false;
    afterShort = spacing < length;
    // the bars before a shorter one are another session
    if (afterShort && before <= length && from > beforeFrom) sound = false;
    [before, beforeFrom] = [spacing, from];
  });
  return sound;
}

/** Coarser timeframes of which every spacing can be the shorter first bar: 09:30 and 10:00 can be hourly. */
function coarserFirstBars(
  spacings: Spacings,
  times: Float64Array,
  order: RowOrder,
  mode: number,
): Timeframe[] {
  if (spacings.intraday.size > 1) return [];
  return INTRADAY.filter((timeframe) => {
    const length = TIMEFRAME_MS[timeframe];
    if (length <= mode) return false;
    let sound = true;
    forSpacings(times, order, (spacing, from, to) => {
      if (spacing !== mode) return;
      if (from % HOUR_MS === 0 || from % length === 0 || to % length !== 0) sound = false;
    });
    return sound;
  });
}

/** A chosen timeframe must fit the spacing of the bars. */
function contradiction({ intraday, days, total }: Spacings, chosen: Timeframe): ImportQuestion | null {
  const length = TIMEFRAME_MS[chosen];
  if (total < 2) return null;
  let finer = 0;
  for (const [spacing, count] of intraday)
    if (spacing < length - DAY_TOLERANCE_MS / 8 || spacing < length / 2) finer += count;
  for (const [spacing, count] of days) if (spacing * DAY_MS < length) finer += count;
  if (finer * 2 > total)
    return {
      choice: 'timeframe',
      message: `most bars are less than ${chosen} apart: give their own timeframe, and resample them after the import`,
      answers: [],
      suggestion: null,
    };
  const next = TIMEFRAMES[TIMEFRAMES.indexOf(chosen) + 1];
  if (next === undefined || total < MANY) return null;
  let coarser = total;
  for (const [spacing, count] of intraday) if (spacing < TIMEFRAME_MS[next]) coarser -= count;
  if (next === '1w') for (const [spacing, count] of days) if (spacing < 7) coarser -= count;
  if (coarser < total * (1 - FEW)) return null;
  return {
    choice: 'timeframe',
    message: `nearly all bars are ${next} or more apart: ${chosen} cannot be their timeframe`,
    answers: [],
    suggestion: null,
  };
}

function ask(why: string, answers: Timeframe[]): TimeframeFound {
  return {
    timeframe: null,
    question: { choice: 'timeframe', message: why, answers, suggestion: null },
  };
}

function notOurs(spacing: string): TimeframeFound {
  const why = `the bars are ${spacing} apart, which is no timeframe of ktrdr (${TIMEFRAMES.join(', ')}): import finer bars and resample them, or give the timeframe`;
  return ask(why, []);
}

function timeframeOf(spacing: number): Timeframe | null {
  return TIMEFRAMES.find((timeframe) => TIMEFRAME_MS[timeframe] === spacing) ?? null;
}

function inWords(spacing: number): string {
  if (spacing < MINUTE_MS) return `${spacing / 1000} s`;
  return spacing % HOUR_MS === 0 ? `${spacing / HOUR_MS} h` : `${Math.round(spacing / MINUTE_MS)} min`;
}

/** The most frequent key and its count; the smallest of several. */
function mostFrequent(counts: ReadonlyMap<number, number>): [number, number] | [] {
  let [found, most] = [NaN, 0];
  for (const [key, count] of counts)
    if (count > most || (count === most && key < found)) [found, most] = [key, count];
  return most === 0 ? [] : [found, most];
}

function sum(counts: ReadonlyMap<number, number>): number {
  let all = 0;
  for (const count of counts.values()) all += count;
  return all;
}

function shareOfMultiples(counts: ReadonlyMap<number, number>, of: number): number {
  let multiples = 0;
  for (const [spacing, count] of counts) if (spacing % of === 0) multiples += count;
  return multiples / sum(counts);
}
