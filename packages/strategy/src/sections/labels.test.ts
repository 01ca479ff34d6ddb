import { describe, expect, test } from '@jest/globals';

import type { Strategy } from '../model.js';
import { parseStrategy } from '../parse-strategy.js';
import { REGIME, TRIPLE_BARRIER } from '../test/label-settings.js';
import { FILE, problems } from '../test/problems.js';
import { edit, V3 } from '../test/strategy-text.js';

function textOf(labels: string): string {
  return edit(V3, '{source: zigzag, zigzag_threshold: 0.02}', labels);
}

function regression(more = ''): string {
  const decisions = `output_format: regression, cost_model: {round_trip_cost: 0.0004}${more}`;
  return edit(
    textOf('{source: forward_return, horizon: 12}'),
    'output_format: classification, confidence_threshold: 0.5',
    decisions,
  );
}

function read(text: string): Strategy {
  const { strategy, warnings } = parseStrategy(text, { file: FILE });
  expect(warnings).toEqual([]);
  return strategy;
}

describe('labels', () => {
  test.each([
    ['{}', { source: 'zigzag', method: 'segments', threshold: 0.02 }],
    ['{method: zigzag}', { source: 'zigzag', method: 'segments', threshold: 0.02 }],
    [
      '{source: zigzag, method: points}',
      { source: 'zigzag', method: 'points', threshold: 0.02, lookahead: 10 },
    ],
    [
      '{source: zigzag, method: points, zigzag_threshold: 0.01, label_lookahead: 25}',
      { source: 'zigzag', method: 'points', threshold: 0.01, lookahead: 25 },
    ],
    ['{source: context}', { source: 'context', horizon: 5, bullish: 0.005, bearish: -0.005 }],
    [
      '{source: context, horizon: 9, bullish_threshold: 0.01, bearish_threshold: 0}',
      { source: 'context', horizon: 9, bullish: 0.01, bearish: 0 },
    ],
    ['{source: triple_barrier}', TRIPLE_BARRIER],
    [
      '{source: triple_barrier, pt_multiplier: 1.9, sl_multiplier: 1.3, max_holding_period: 40, vol_span: 36, vol_method: close, compute_weights: yes}',
      {
        source: 'triple_barrier',
        profitMultiplier: 1.9,
        stopMultiplier: 1.3,
        holdingBars: 40,
        volatilitySpan: 36,
        volatilityMethod: 'close',
        computeWeights: true,
        cusum: null,
      },
    ],
    [
      '{source: triple_barrier, cusum_threshold: 0.01}',
      { ...TRIPLE_BARRIER, cusum: { threshold: 0.01, multiplier: 0.5 } },
    ],
    [
      '{source: triple_barrier, cusum_threshold: 0, cusum_multiplier: 0.7}',
      { ...TRIPLE_BARRIER, cusum: { threshold: null, multiplier: 0.7 } },
    ],
    ['{source: regime}', REGIME],
    [
      '{source: regime, macro_atr_mult: 4, micro_atr_mult: 0.5, atr_period: 10, vol_lookback: 60, vol_crisis_threshold: 1.5, progression_tolerance: 0.6}',
      {
        source: 'regime',
        macroMultiplier: 4,
        microMultiplier: 0.5,
        atrPeriod: 10,
        volatilityLookback: 60,
        crisisThreshold: 1.5,
        progressionTolerance: 0.6,
      },
    ],
  ])('%s', (labels, expected) => {
    expect(read(textOf(labels)).training.labels).toEqual(expected);
  });

  test.each([
    [
      '{source: triple_barrier, profit_target_atr: 3}',
      'training.labels.profit_target_atr: is read as pt_multiplier',
    ],
    [
      '{source: triple_barrier, atr_period: 9, vol_span: 20}',
      'training.labels.atr_period: has no effect: vol_span is also given',
    ],
    [
      '{source: triple_barrier, cusum_multiplier: 2}',
      'training.labels.cusum_multiplier: has no effect: write cusum_threshold too',
    ],
    ['{source: regime, horizon: 5}', 'training.labels.horizon: unknown key, has no effect'],
    [
      '{source: zigzag, label_lookahead: 20}',
      'training.labels.label_lookahead: has no effect on segment labels',
    ],
  ])('%s gives a warning', (labels, expected) => {
    const { errors, warnings } = problems(textOf(labels));
    expect(errors).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining(expected)]);
  });

  test('older names of triple barrier parameters are accepted', () => {
    const { strategy } = parseStrategy(
      textOf(
        '{source: triple_barrier, profit_target_atr: 3, stop_loss_atr: 2, max_holding_bars: 30, atr_period: 9}',
      ),
      { file: FILE },
    );
    expect(strategy.training.labels).toMatchObject({
      profitMultiplier: 3,
      stopMultiplier: 2,
      holdingBars: 30,
      volatilitySpan: 9,
    });
  });
});

describe('a regression', () => {
  test('learns forward returns and trades if they exceed the costs', () => {
    const { training, decisions } = read(regression());
    expect(training.labels).toEqual({ source: 'forward_return', horizon: 12 });
    expect(decisions).toEqual({
      outputFormat: 'regression',
      allowShortFromFlat: false,
      roundTripCost: 0.0004,
      minEdgeMultiplier: 1.5,
      positionAwareness: true,
      minSignalSeparation: 4,
    });
  });

  test('has no probabilities, so their settings give warnings', () => {
    const { errors, warnings } = problems(regression(', confidence_threshold: 0.6'));
    expect(errors).toEqual([]);
    expect(warnings).toEqual([
      expect.stringContaining('decisions.confidence_threshold: has no effect on a regression'),
    ]);
  });

  test('costs give a warning in a classification', () => {
    const text = edit(V3, 'confidence_threshold: 0.5', 'confidence_threshold: 0.5, cost_model: {}');
    expect(problems(text)).toEqual({
      errors: [],
      warnings: [expect.stringContaining('decisions.cost_model: has no effect on a classification')],
    });
  });
});
