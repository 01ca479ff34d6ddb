import type { DataFinding } from '@ktrdr/contracts';
import type { Bars } from '../bars.js';
import { formatBarTime } from '../timestamp.js';
import { counted, findingOf, percent, type Place } from './finding.js';

/** Finds bars with a price at or below 0. */
export function findPricesNotPositive(bars: Bars): DataFinding[] {
  const { low, length } = bars;
  const places: Place[] = [];
  let count = 0;
  for (let bar = 0; bar < length; bar += 1) {
    if (low[bar]! > 0) continue;
    count += 1;
    const place = places.at(-1);
    if (place !== undefined && place.to === bar - 1) {
      place.to = bar;
      place.weight = Math.max(place.weight, -low[bar]!);
    } else places.push({ from: bar, to: bar, text: '', weight: -low[bar]! });
  }
  if (count === 0) return [];
  for (const place of places) place.text = `down to ${place.weight === 0 ? 0 : -place.weight}`;
  const lowest = places.reduce((most, place) => (place.weight > most.weight ? place : most));
  return [
    findingOf(bars, {
      kind: 'prices_not_positive',
      severity: 'warning',
      message:
        `${counted(count, 'bar')} (${percent(count / length)}) ${count === 1 ? 'has' : 'have'} a price at or below 0, ${lowest.text} around ` +
        `${formatBarTime(bars.time[lowest.from]!, bars.timeframe)}: labels and indicators that are ratios of prices refuse these bars.`,
      bars: count,
      places,
    }),
  ];
}
