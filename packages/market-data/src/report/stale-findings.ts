import type { DataFinding } from '@ktrdr/contracts';
import type { Bars } from '../bars.js';
import { firstAtOrAfter } from '../select-range.js';
import { describeStale, findStaleStretches } from '../stale-stretches.js';
import { formatBarTime } from '../timestamp.js';
import { counted, findingOf, percent } from './finding.js';

/** Finds base bars that a coarser file of the same symbol does not cover. */
export function findStaleBars(base: Bars, other: Bars): DataFinding[] {
  const places = findStaleStretches(base, other).map((stretch) => {
    const [from, to] = [stretch.from, stretch.to].map((time) => firstAtOrAfter(base.time, time)) as [
      number,
      number,
    ];
    const text = `${describeStale(stretch)} until ${formatBarTime(stretch.to, base.timeframe)}`;
    return { from, to, text, weight: to - from + 1, stretch };
  });
  if (places.length === 0) return [];
  const count = places.reduce((sum, { weight }) => sum + weight, 0);
  const longest = places.reduce((most, place) => (place.weight > most.weight ? place : most));
  return [
    findingOf(base, {
      kind: 'stale',
      severity: 'warning',
      message:
        `It does not cover ${base.file}: ${describeStale(longest.stretch)}` +
        `${places.length === 1 ? '' : ` (the longest of ${places.length} stretches)`}. ${counted(count, `${base.timeframe} bar`)} ` +
        `(${percent(count / base.length)}) would use values that are out of date or missing; training leaves them out. ` +
        `Add ${other.timeframe} bars, or use a range that both files cover.`,
      bars: count,
      places,
    }),
  ];
}
