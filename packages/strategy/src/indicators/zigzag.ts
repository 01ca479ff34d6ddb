import { zigzagPivots } from '../labels/zigzag.js';
import { defineIndicator, SOURCE, undefinedSeries } from './indicator.js';

/**
 * Confirmed turning points of a zigzag: the source's value at each, undefined elsewhere. A turning point becomes known
 * only when the opposite move has reached the threshold, some bars later. Use it for charts, never as a feature.
 */
export const zigzag = defineIndicator({
  type: 'zigzag',
  summary: 'Turning points of moves of at least the threshold; for charts, not for strategies',
  aliases: {},
  parameters: { threshold: { kind: 'real', default: 0.05, above: 0, below: 1 }, source: SOURCE },
  parameterAliases: {},
  outputs: ['zigzag'],
  needsRatio: true,
  lookAhead: 'its turning points become known only bars later, so a network would learn from the future',
  lookback: () => 0,
  compute(bars, { threshold, source }) {
    const pivots = undefinedSeries(bars.length);
    for (const bar of zigzagPivots(bars[source], threshold).bar) pivots[bar] = bars[source][bar]!;
    return [pivots];
  },
});
