import { expect, test } from '@jest/globals';
import type { ComparedMetric, ModelComparison, ModelSummary } from '@ktrdr/contracts';
import { createStyle } from '../style.js';
import { comparisonView } from './comparison-view.js';

const metric = (title: string, values: number[]): ComparedMetric => ({
  name: title,
  title,
  unit: 'share',
  better: 'higher',
  values,
  intervals: null,
  best: [],
});

const model = (name: string): ModelSummary =>
  ({ model: name, verdict: 'too_little_data' }) as unknown as ModelSummary;

const comparison: ModelComparison = {
  models: [model('triple_barrier_hourly/1h_v1'), model('triple_barrier_hourly/1h_v2')],
  comparable: true,
  metrics: [
    metric('random entries that earned as much', [0.1, 0.2]),
    metric('points above the best baseline', [0.1, 0.2]),
  ],
  differences: [
    { about: 'settings', name: 'training.early_stopping.patience', values: ['10', '6'] },
    { about: 'settings', name: 'fuzzy_sets.pace', values: ['rsi_5: low triangular 0 25 50', '-'] },
  ],
  warnings: [],
};

test('in 60 columns a third model follows in a table of its own, with its values', () => {
  const third = (values: readonly number[]): number[] => [...values, 0.3];
  const text = comparisonView(
    {
      ...comparison,
      models: [...comparison.models, model('triple_barrier_hourly/1h_v3')],
      metrics: comparison.metrics.map((one) => ({ ...one, values: third(one.values as number[]) })),
      differences: comparison.differences.map((one) => ({ ...one, values: [...one.values, '7'] })),
    },
    { columns: 60, unicode: true, style: createStyle(false), now: 0 },
  );
  const lines = text.split('\n');
  expect(lines.filter((line) => line.length > 59)).toEqual([]);
  const parts = text.split('\n\n');
  expect(parts).toHaveLength(3);
  expect(parts[1]).toBe(`\
                                triple_barrier_hourly/1h_v3
  verdict                                 too little data
  random entries that earned                       30.0 %
   as much
  points above the best                            30.0 %
   baseline`);
});

test('in 60 columns every name is whole: it continues in further lines', () => {
  const text = comparisonView(comparison, { columns: 60, unicode: true, style: createStyle(false), now: 0 });
  expect(text).toBe(`\
                        triple_barrier_     triple_barrier_
                           hourly/1h_v1        hourly/1h_v2
  verdict             too little data     too little data
  random entries               10.0 %              20.0 %
   that earned as
   much
  points above the             10.0 %              20.0 %
   best baseline

  settings           triple_barrier_     triple_barrier_
                      hourly/1h_v1        hourly/1h_v2
  training.early_    10                  6
   stopping.
   patience
  fuzzy_sets.pace    rsi_5: low          -
                      triangular 0 25
                      50`);
});
