import { describe, expect, test } from '@jest/globals';
import { propertyRuns } from '@ktrdr/contracts/testing';
import type { Bars } from '@ktrdr/market-data';
import fc from 'fast-check';

import { anyLabels } from '../test/label-settings.js';
import { randomBars, seededRandom } from '../test/random-bars.js';
import { computeLabels } from './compute-labels.js';
import { labelClasses } from './label-classes.js';
import type { Labels } from './labels.js';

function at(labels: Labels, t: number): { label: number; end: number } {
  const values = labels.output === 'classification' ? labels.label : labels.value;
  return { label: values[t]!, end: labels.end[t]! };
}

/** Changes the prices from bar `first` on. */
function withOtherEnd(bars: Bars, first: number, seed: number): Bars {
  const random = seededRandom(seed);
  const changed = { ...bars };
  for (const column of ['open', 'high', 'low', 'close'] as const) changed[column] = bars[column].slice();
  for (let t = first; t < bars.length; t++) {
    const factor = Math.exp((random() - 0.5) * 0.4);
    for (const column of ['open', 'high', 'low', 'close'] as const) changed[column][t]! *= factor;
  }
  return changed;
}

const series = fc
  .record({ seed: fc.integer(), length: fc.integer({ min: 20, max: 400 }) })
  .map((options) => randomBars({ ...options, volatility: 0.02 }));

describe('labels of every type', () => {
  test('have the classes that are known without any bars', () => {
    fc.assert(
      fc.property(series, anyLabels, (bars, settings) => {
        const labels = computeLabels(settings, bars);
        expect(labelClasses(settings)).toEqual(labels.output === 'classification' ? labels.classes : null);
      }),
      { numRuns: propertyRuns() },
    );
  });

  test('do not depend on bars after their end', () => {
    fc.assert(
      fc.property(series, anyLabels, fc.nat(), fc.integer(), (bars, settings, pick, seed) => {
        const all = computeLabels(settings, bars, 20);
        const labelled = Array.from(all.end.keys()).filter((t) => all.end[t]! >= 0);
        if (labelled.length === 0) return;
        const t = labelled[pick % labelled.length]!;
        // Thresholds are fitted on the first 20 bars, which therefore do not change.
        const first = Math.max(all.end[t]! + 1, 20);
        const other = computeLabels(settings, withOtherEnd(bars, first, seed), 20);
        expect(at(other, t)).toEqual(at(all, t));
      }),
      { numRuns: propertyRuns() },
    );
  });

  test('end after their bar and inside the bars; a bar has a label and an end, or neither', () => {
    fc.assert(
      fc.property(series, anyLabels, (bars, settings) => {
        const labels = computeLabels(settings, bars);
        const wrong = Array.from(labels.end.entries()).filter(([t, end]) => {
          const { label } = at(labels, t);
          const none = labels.output === 'classification' ? label === -1 : Number.isNaN(label);
          return none ? end !== -1 : end <= t || end >= bars.length;
        });
        expect(wrong).toEqual([]);
      }),
      { numRuns: propertyRuns() },
    );
  });

  test('depend on the bar at their end: some change of its price changes the label or the end', () => {
    let [looked, changed] = [0, 0];
    for (const [seed, settings] of fc.sample(anyLabels, { numRuns: 60, seed: 1 }).entries()) {
      const bars = randomBars({ length: 200, seed, volatility: 0.02 });
      const all = computeLabels(settings, bars, 20);
      const labelled = Array.from(all.end.keys()).filter((t) => all.end[t]! >= 20);
      if (labelled.length === 0) continue;
      const t = labelled[labelled.length >> 1]!;
      const different = Array.from({ length: 20 }, (_, factor) => {
        const other = computeLabels(settings, withOtherEnd(bars, all.end[t]!, factor), 20);
        return JSON.stringify(at(other, t)) !== JSON.stringify(at(all, t));
      });
      looked += 1;
      if (different.includes(true)) changed += 1;
    }
    expect(looked).toBeGreaterThan(40);
    expect(changed / looked).toBeGreaterThan(0.7);
  });

  test('are empty for no bars', () => {
    fc.assert(
      fc.property(anyLabels, (settings) => {
        expect(computeLabels(settings, randomBars({ length: 0, seed: 1 })).end).toHaveLength(0);
      }),
      { numRuns: propertyRuns() },
    );
  });
});
