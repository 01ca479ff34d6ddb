import { TIMEFRAMES, TIMEFRAME_MS, type Timeframe } from '@ktrdr/contracts';
import { DAY_MS } from '@ktrdr/market-data';
import type { TimeQuestion } from './quoting.js';
import { type RowOrder, sortMixed } from './row-order.js';
import { LONGEST_INTRADAY_MS, measureSpacings, visitSpacings, type Spacings } from './spacings.js';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** A share of spacings that is an exception. */
const FEW = 0.05;
/** With at least this many spacings, their shares mean something. */
const MANY = 20;
/** With at least this many whole bars, shorter first bars are an exception. */
const SOME = 3;

const INTRADAY: readonly Timeframe[] = TIMEFRAMES.filter((timeframe) => TIMEFRAME_MS[timeframe] < DAY_MS);

export interface TimeframeFound {
  timeframe: Timeframe | null;
  question: TimeQuestion | null;
}

/**
 * Finds the timeframe from the spacing of the bars over the whole file. If several fit, the import asks the user.
 *
 * @param named timeframe in the name of the file: a finer one than that of the bars fits if the file has gaps
 */
export function findTimeframe(
  times: Float64Array,
  fileOrder: RowOrder,
  { timeframe: chosen, named }: { timeframe?: Timeframe | undefined; named?: Timeframe | null | undefined },
): TimeframeFound {
  const order = sortMixed(times, fileOrder);
  const spacings = measureSpacings(times, order);
  if (chosen !== undefined)
    return { timeframe: chosen, question: contradiction(spacings, times, order, chosen) };
  const found = timeframeFrom(spacings, times, order);
  const { timeframe } = found;
  if (named === undefined || named === null || timeframe === null) return found;
  const isFiner = TIMEFRAME_MS[named] < TIMEFRAME_MS[timeframe];
  return isFiner && contradiction(spacings, times, order, named) === null
    ? ask(`the bars are ${timeframe} apart, but the name of the file says ${named}`, [named, timeframe])
    : found;
}

function timeframeFrom(spacings: Spacings, times: Float64Array, order: RowOrder): TimeframeFound {
  const [intraday, days] = [sum(spacings.intraday), sum(spacings.days)];
  if (spacings.total === 0) return ask('one bar alone does not show its timeframe', [...TIMEFRAMES]);
  return intraday * 2 > days ? intradayTimeframe(spacings, times, order) : dailyTimeframe(spacings);
}

function dailyTimeframe({ days, weekends, total }: Spacings): TimeframeFound {
  const count = (from: number, to: number): number => {
    let all = 0;
    for (const [spacing, times] of days) if (spacing >= from && spacing <= to) all += times;
    return all;
  };
  const [daily, weekly, monthly] = [count(1, 4), count(6, 8), count(28, 31)];
  const [mode] = mostFrequent(days);
  if (daily > 0 && daily * SOME > weekly && daily * SOME > monthly) {
    if (!days.has(1) && !weekends)
      return total < MANY
        ? ask(`bars ${mode} days apart can be daily bars with gaps`, ['1d'])
        : notOurs(`${mode} days`);
    if (weekly * SOME > daily)
      return ask('the bars can be daily bars with gaps, or weekly bars with partial weeks', ['1d', '1w']);
    return { timeframe: '1d', question: null };
  }
  if (weekly > 0 && weekly * SOME > monthly) return { timeframe: '1w', question: null };
  if (monthly > 0) return notOurs('a month');
  return notOurs(mode === undefined ? 'a few hours' : `${mode} days`);
}

function intradayTimeframe(spacings: Spacings, times: Float64Array, order: RowOrder): TimeframeFound {
  const { intraday } = spacings;
  const total = sum(intraday);
  const [mode = 0, modeCount = 0] = mostFrequent(intraday);
  const known = timeframeOf(mode);
  const finer = [...intraday].filter(([spacing]) => spacing < mode);
  const finerCount = finer.reduce((all, [, count]) => all + count, 0);
  if (finerCount > total * FEW || (finerCount > 0 && known === null)) {
    const shortFirst = known !== null && haveShortFirstBars(times, order, mode);
    if (shortFirst && modeCount >= SOME && modeCount >= finerCount)
      return { timeframe: known, question: null };
    if (!shortFirst && known !== null && haveShortLastBars(times, order, mode))
      return ask(
        `the last bars of the days are ${inWords(finer[0]![0])} apart, others ${inWords(mode)}`,
        [known, timeframeOf(finer[0]![0])].filter((timeframe) => timeframe !== null),
      );
    // bars are missing where nothing was traded: the finest spacing is the timeframe, and the others are multiples
    const [least = mode] = finer
      .filter(([, count]) => count > total * FEW)
      .map(([spacing]) => spacing)
      .sort((a, b) => a - b);
    const finest = timeframeOf(least);
    if (!shortFirst && finest !== null && total >= MANY && shareOfMultiples(intraday, least) >= 1 - FEW)
      return { timeframe: finest, question: null };
    const answers = [known, finest].filter((timeframe) => timeframe !== null);
    if (answers.length > 0)
      return ask(
        `some bars are ${inWords(least)} apart, others ${least === mode ? 'more or less' : inWords(mode)}`,
        [...new Set(answers)],
      );
  }
  if (known === null) return notOurs(inWords(mode));
  if (total < MANY) {
    const coarser = INTRADAY.filter(
      (timeframe) => TIMEFRAME_MS[timeframe] > mode && fitsFirstBars(times, order, TIMEFRAME_MS[timeframe]),
    );
    if (coarser.length > 0)
      return ask(
        `the bars are ${inWords(mode)} apart, which fits ${known}, and ${coarser.join(', ')} with a shorter first bar`,
        [known, ...coarser],
      );
  }
  return { timeframe: known, question: null };
}

/**
 * True if nearly all spacings below `length` are the first of a session: a gap is before them, and the bars after them are `length` apart.
 * Hourly bars of a session that opens at 09:30 are 09:30, 10:00, 11:00.
 */
function haveShortFirstBars(times: Float64Array, order: RowOrder, length: number): boolean {
  let [short, wrong] = [0, 0];
  let before = Infinity;
  visitSpacings(times, order, (spacing) => {
    if (spacing < length) {
      short++;
      if (before <= length) wrong++;
    } else if (before < length && spacing <= LONGEST_INTRADAY_MS && spacing % length !== 0) wrong++;
    before = spacing;
    return true;
  });
  return wrong <= short * FEW;
}

/** True if a gap follows every spacing below `length`: hourly bars with times of their close, of a session that ends at 16:00. */
function haveShortLastBars(times: Float64Array, order: RowOrder, length: number): boolean {
  let [sound, isShort] = [true, false];
  visitSpacings(times, order, (spacing) => {
    if (isShort && spacing <= LONGEST_INTRADAY_MS) sound = false;
    isShort = spacing < length;
    return sound;
  });
  return sound;
}

/** True if every bar that is too near to the next one opens at no multiple of `length`, and the next one at one: 09:30 and 10:00. */
function fitsFirstBars(times: Float64Array, order: RowOrder, length: number): boolean {
  let sound = true;
  visitSpacings(times, order, (spacing, from, to) => {
    if (spacing < length) sound = from % HOUR_MS !== 0 && from % length !== 0 && to % length === 0;
    else if (spacing <= LONGEST_INTRADAY_MS) sound = spacing % length === 0;
    return sound;
  });
  return sound;
}

/** A chosen timeframe must fit the spacing of the bars, or bars would count before they have closed. */
function contradiction(
  spacings: Spacings,
  times: Float64Array,
  order: RowOrder,
  chosen: Timeframe,
): TimeQuestion | null {
  const { intraday, days, total } = spacings;
  /** Spacings of at least `length`. */
  const apart = (length: number): number => {
    let all = total - sum(intraday) - sum(days);
    for (const [spacing, count] of intraday) if (spacing >= length) all += count;
    for (const [spacing, count] of days) if (spacing * DAY_MS >= length) all += count;
    return all;
  };
  if (total < 2) return null;
  const length = TIMEFRAME_MS[chosen];
  if (apart(length) * 2 < total && !fitsFirstBars(times, order, length)) {
    const real = timeframeFrom(spacings, times, order);
    return ask(
      `most bars are less than ${chosen} apart: choose their real timeframe, and resample them after the import`,
      real.timeframe === null ? (real.question?.answers ?? []) : [real.timeframe],
    ).question;
  }
  const coarser = TIMEFRAMES.findLast(
    (timeframe) => TIMEFRAME_MS[timeframe] > length && apart(TIMEFRAME_MS[timeframe]) >= total * (1 - FEW),
  );
  if (total < MANY || coarser === undefined) return null;
  return ask(`nearly all bars are ${coarser} or more apart: their timeframe is not ${chosen}`, [coarser])
    .question;
}

function ask(message: string, answers: string[]): { timeframe: null; question: TimeQuestion } {
  return {
    timeframe: null,
    question: { choice: 'timeframe', message: () => message, answers, suggestion: null },
  };
}

function notOurs(spacing: string): TimeframeFound {
  return ask(
    `the bars are ${spacing} apart, which is not a timeframe of ktrdr (${TIMEFRAMES.join(', ')}): import finer bars and resample them`,
    [],
  );
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
