import { zigzagPivots } from '../labels/zigzag.js';
import { defineIndicator, SOURCE, undefinedSeries } from './indicator.js';

/**
 * Confirmed turning points of a zigzag: the source's value at each, undefined elsewhere. A pivot is known only once the
 * opposite move has reached the threshold, bars after the one that it stands at: to look at, never to learn from.
 */
export const zigzag = defineIndicator({
  type: 'zigzag',
  summary: 'Turning points of moves of at least the threshold; to look at, not a feature',
  aliases: {},
  parameters: { threshold: { kind: 'real', default: 0.05, above: 0, below: 1 }, source: SOURCE },
  parameterAliases: {},
  outputs: ['zigzag'],
  lookAhead: 'its turning points are known only bars later, so that a network would learn from the future',
  lookback: () => 0,
  compute(bars, { threshold, source }) {
    const pivots = undefinedSeries(bars.length);
    for (const bar of zigzagPivots(bars[source], threshold).bar) pivots[bar] = bars[source][bar]!;
    return [pivots];
  },
});
