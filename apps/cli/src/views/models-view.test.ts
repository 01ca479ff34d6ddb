import { expect, test } from '@jest/globals';
import type { ModelSummary } from '@ktrdr/contracts';
import { createStyle } from '../style.js';
import { modelsView } from './models-view.js';

const MODEL: ModelSummary = {
  model: 'lstm_barriers_long/1h_v1',
  strategy: 'lstm_barriers_long',
  version: '1h_v1',
  timeframe: '1h',
  symbols: ['AAPL', 'GOOG', 'MSFT'],
  model_type: 'lstm',
  engine: 'tensorflow-node',
  seed: 42,
  created_at: '2026-11-23T10:15:00.000Z',
  test_accuracy: 0.612,
  baseline_accuracy: 0.614,
  path: '/models/lstm_barriers_long/1h_v1',
  problem: null,
};

test.each([true, false])(
  'a narrow terminal is not overrun by the list of models (colours: %s)',
  (colours) => {
    const style = createStyle(colours);
    const whole = modelsView({ models: [MODEL] }, Number.POSITIVE_INFINITY, style);
    expect(whole).toContain('tensorflow-node  2026-11-23 10:15');
    expect(modelsView({ models: [MODEL] }, 120, style)).toBe(whole);
    const lines = modelsView({ models: [MODEL] }, 80, createStyle(false)).split('\n');
    expect(lines.map(({ length }) => length < 80)).toEqual([true, true]);
    expect(lines[1]).toMatch(/^ {2}lstm_barriers_long\/1h_v1 .*61\.4 % +2026-11-23$/);
  },
);
