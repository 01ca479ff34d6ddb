import type { DataFinding } from '@ktrdr/contracts';
import type { Bars } from '../bars.js';
import { counted, findingOf, percent } from './finding.js';

/** Share of bars without volume from which volume indicators mislead. */
const MANY = 0.05;

/** Finds bars without volume. */
export function findZeroVolume(bars: Bars): DataFinding[] {
  const { volume, length } = bars;
  let [zeros, first, last] = [0, -1, -1];
  for (let bar = 0; bar < length; bar += 1) {
    if (volume[bar] !== 0) continue;
    if (first < 0) first = bar;
    last = bar;
    zeros += 1;
  }
  if (zeros === 0) return [];
  const all = zeros === length;
  const many = zeros >= MANY * length;
  return [
    findingOf(bars, {
      kind: 'zero_volume',
      // many markets have no volume at all
      severity: many && !all ? 'warning' : 'note',
      message: all
        ? 'No bar has a volume: indicators that use it have no values, or constant ones.'
        : `The volume is 0 on ${counted(zeros, 'bar')} (${percent(zeros / length)})${many ? ': indicators that use it mislead there. Use others, or remove these bars.' : '.'}`,
      bars: zeros,
      places: [
        { from: first, to: last, text: all ? 'every bar' : 'the first bar without volume', weight: 1 },
      ],
    }),
  ];
}
