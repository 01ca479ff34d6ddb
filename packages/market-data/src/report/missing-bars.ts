import { TIMEFRAME_MS, type DataFinding } from '@ktrdr/contracts';
import type { Bars } from '../bars.js';
import { DAY_MS, formatBarTime } from '../timestamp.js';
import { counted, findingOf, percent, type Place } from './finding.js';
import { dayOf, type MarketCalendar, weekdayOf } from './market-calendar.js';

/** Longest holiday of a market that closes at weekends, in market days. A market that never closes has no holidays. */
const LONGEST_HOLIDAY = 7;
/** Shares of the expected bars. Holidays of real markets are 3 to 8 % of their weekdays, early closes under 1 % of their bars. */
const MANY_HOLIDAYS = 0.1;
const MANY_MISSING = 0.02;

interface Gap {
  /** Index of the bar after the gap. */
  bar: number;
  /** Expected bars on market days without any bar, and on days with bars. */
  wholeDays: number;
  inside: number;
  /** Market days without any bar. */
  days: number;
}

/** Finds bars that the market's own calendar expects and the file does not have. */
export function findMissingBars(bars: Bars, calendar: MarketCalendar): DataFinding[] {
  const gaps = bars.timeframe === '1w' ? weeklyGaps(bars) : findGaps(bars, calendar);
  const neverCloses = calendar.open.every(Boolean) || bars.timeframe === '1w';
  const longest = neverCloses ? 0 : LONGEST_HOLIDAY;
  const stretches = gaps.filter(({ days }) => days > longest);
  const others = gaps.filter(({ days }) => days <= longest);
  return [...missingStretches(bars, stretches), ...missingSingles(bars, others)];
}

function missingStretches(bars: Bars, gaps: readonly Gap[]): DataFinding[] {
  if (gaps.length === 0) return [];
  const places = gaps.map((gap) => placeOf(bars, gap, gap.inside + gap.wholeDays));
  const missing = sum(places);
  const which = gaps.length === 1 ? '' : ` in ${gaps.length.toLocaleString('en-US')} stretches`;
  return [
    findingOf(bars, {
      kind: 'missing_stretch',
      severity: 'warning',
      message:
        `${counted(missing, 'bar')} ${missing === 1 ? 'is' : 'are'} missing${which}, the longest ${longestOf(bars, places)}: ` +
        'indicators and labels run across the gap as if no time had passed. Add the bars, or train on a range without the gap.',
      bars: missing,
      share: missing / (bars.length + missing),
      places,
    }),
  ];
}

function missingSingles(bars: Bars, gaps: readonly Gap[]): DataFinding[] {
  const shareOf = (of: (gap: Gap) => number): number => {
    const missing = gaps.reduce((total, gap) => total + of(gap), 0);
    return missing / (bars.length + missing);
  };
  const withHolidays = shareOf(({ wholeDays }) => wholeDays) > MANY_HOLIDAYS;
  const places = gaps
    .map((gap) => placeOf(bars, gap, gap.inside + (withHolidays ? gap.wholeDays : 0)))
    .filter(({ weight }) => weight > 0);
  if (places.length === 0) return [];
  const many = withHolidays || shareOf(({ inside }) => inside) > MANY_MISSING;
  const missing = sum(places);
  const share = missing / (bars.length + missing);
  return [
    findingOf(bars, {
      kind: 'missing_bars',
      severity: many ? 'warning' : 'note',
      message:
        `${counted(missing, 'bar')} ${missing === 1 ? 'is' : 'are'} missing at times when the market usually trades ` +
        `(${percent(share)} of the expected bars), the longest gap ${longestOf(bars, places)}` +
        `${many ? ': indicators and labels run across the gaps as if no time had passed. Add the bars.' : '.'}`,
      bars: missing,
      share,
      places,
    }),
  ];
}

function findGaps({ time, timeframe }: Bars, calendar: MarketCalendar): Gap[] {
  const step = TIMEFRAME_MS[timeframe];
  const { slotsPerDay, expectedBefore, open, knowsDays } = calendar;
  const width = slotsPerDay + 1;
  const slotOf = (moment: number): number => Math.floor((moment - dayOf(moment) * DAY_MS) / step);
  const expected = (weekday: number, from: number, to: number): number =>
    from >= to ? 0 : expectedBefore[weekday * width + to]! - expectedBefore[weekday * width + from]!;
  const wholeDay = open.map((isOpen, weekday) => (isOpen ? expected(weekday, 0, slotsPerDay) : 0));
  const gaps: Gap[] = [];
  for (let bar = 1; bar < time.length; bar += 1) {
    if (time[bar]! - time[bar - 1]! <= step) continue;
    const [first, last] = [dayOf(time[bar - 1]!), dayOf(time[bar]!)];
    const gap: Gap = { bar, wholeDays: 0, inside: 0, days: 0 };
    const [after, before] = [slotOf(time[bar - 1]!) + 1, slotOf(time[bar]!)];
    if (first === last) gap.inside = expected(weekdayOf(first), after, before);
    else if (knowsDays) {
      gap.inside = expected(weekdayOf(first), after, slotsPerDay) + expected(weekdayOf(last), 0, before);
      for (let day = first + 1; day < last; day += 1) {
        if (!open[weekdayOf(day)]) continue;
        gap.days += 1;
        gap.wholeDays += wholeDay[weekdayOf(day)]!;
      }
    }
    if (gap.inside + gap.wholeDays > 0) gaps.push(gap);
  }
  return gaps;
}

function weeklyGaps({ time }: Bars): Gap[] {
  const gaps: Gap[] = [];
  for (let bar = 1; bar < time.length; bar += 1) {
    const weeks = Math.round((time[bar]! - time[bar - 1]!) / TIMEFRAME_MS['1w']) - 1;
    if (weeks > 0) gaps.push({ bar, wholeDays: weeks, inside: 0, days: weeks * 5 });
  }
  return gaps;
}

function placeOf(bars: Bars, { bar }: Gap, missing: number): Place {
  const text = `${counted(missing, 'bar')} missing until ${formatBarTime(bars.time[bar]!, bars.timeframe)}`;
  return { from: bar - 1, to: bar, text, weight: missing };
}

function longestOf(bars: Bars, places: readonly Place[]): string {
  const { from, to } = places.reduce((most, place) => (place.weight > most.weight ? place : most));
  const [first, last] = [from, to].map((bar) => formatBarTime(bars.time[bar]!, bars.timeframe));
  return `between ${first} and ${last}`;
}

function sum(places: readonly Place[]): number {
  return places.reduce((total, { weight }) => total + weight, 0);
}
