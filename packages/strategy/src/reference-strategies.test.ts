/** Realistic files of each grammar in use. They load with the expected settings. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { formatIssue } from './issues.js';
import type { Strategy } from './model.js';
import { parseStrategy } from './parse-strategy.js';

function load(name: string): { strategy: Strategy; warnings: string[] } {
  const file = fileURLToPath(new URL(`./test/strategies/${name}.yaml`, import.meta.url));
  const { strategy, warnings } = parseStrategy(readFileSync(file, 'utf8'), { file: `${name}.yaml` });
  return { strategy, warnings: warnings.map(formatIssue) };
}

describe('reference strategies', () => {
  test('harbor_reversion: v2, two symbols, three lags', () => {
    const { strategy, warnings } = load('harbor_reversion');
    expect(warnings).toEqual([expect.stringContaining('label_lookahead: has no effect')]);
    expect(strategy.symbols).toEqual(['NZDUSD', 'AUDCAD']);
    expect(strategy.features).toHaveLength(5 * 4);
    expect(strategy.model).toMatchObject({ type: 'mlp', hiddenLayers: [40, 18], activation: 'tanh' });
    expect(strategy.training).toMatchObject({
      epochs: 70,
      batchSize: 48,
      learningRate: 0.0012,
      earlyStopping: { patience: 9 },
      labels: { source: 'zigzag', threshold: 0.012 },
    });
  });

  test('lantern_trend: v3, a regression', () => {
    const { strategy, warnings } = load('lantern_trend');
    expect(warnings).toEqual([]);
    expect(strategy.features).toEqual([
      '4h_strength_idle',
      '4h_strength_moving',
      '4h_bulls_present',
      '4h_stretch_low',
      '4h_stretch_fair',
      '4h_stretch_high',
      '4h_bands.middle_raw',
    ]);
    expect(strategy.training).toMatchObject({
      loss: { type: 'huber', delta: 0.008 },
      weightDecay: 0,
      labels: { source: 'forward_return', horizon: 12 },
    });
    expect(strategy.decisions).toMatchObject({ outputFormat: 'regression', roundTripCost: 0.0004 });
  });

  test('kestrel_breakout: v3, two timeframes, raw inputs, a gru on triple barriers with focal loss', () => {
    const { strategy, warnings } = load('kestrel_breakout');
    expect(warnings).toEqual([]);
    expect(strategy.features).toEqual([
      '15m_pace_slow',
      '15m_pace_fast',
      '4h_pace_slow',
      '4h_pace_fast',
      '15m_swing_falling',
      '15m_swing_rising',
      '4h_width_raw',
      '15m_macd_std.line_raw',
    ]);
    expect(strategy.model).toEqual({
      type: 'gru',
      sequenceLength: 16,
      hiddenSize: 40,
      layers: 2,
      dropout: 0.25,
    });
    expect(strategy.training).toMatchObject({
      loss: { type: 'focal', gamma: 1.5 },
      gradientClip: 0.8,
      labels: { source: 'triple_barrier', profitMultiplier: 1.9, holdingBars: 40 },
    });
    expect(strategy.dateRange).toEqual({ start: '2018-02-01', end: '2022-06-30' });
  });
});
