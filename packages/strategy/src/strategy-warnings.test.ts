import { describe, expect, test } from '@jest/globals';

import { problems } from './test/problems.js';
import { edit, V2, V3 } from './test/strategy-text.js';

describe('a warning is given once, and the file still loads', () => {
  test.each<[string, string, string]>([
    ['epochs: 50', 'epohcs: 50', '26:3 training.epohcs: unknown key, has no effect; did you mean "epochs"?'],
    ['model:\n', 'modle: 5\nmodel:\n', '18:1 modle: unknown key, has no effect'],
    [
      'name: base',
      'name: other',
      '1:7 name: is other, but the file is called base; the model is stored under other',
    ],
    [
      'rsi_14: {type: rsi, period: 14}',
      'rsi_14: {type: ema, adjust: false}',
      '8:23 indicators.rsi_14.adjust: has no effect: the average is seeded as TA-Lib does it',
    ],
    ['rsi_14: {type: rsi, period: 14}', 'rsi_14: {type: distancefromma, ma_type: EMA}', ''],
    [
      'period: 14}',
      'period: 14, length: 3}',
      '8:35 indicators.rsi_14.length: has no effect: rsi has no such parameter; it has period, source',
    ],
    [
      '{type: macd}',
      '{type: macd, period: 3}',
      'indicators.macd_12.period: has no effect: macd has no such parameter',
    ],
    [
      '{type: macd}',
      '{type: macd, fast: 3, fast_period: 4}',
      'indicators.macd_12.fast: has no effect: fast_period is also given',
    ],
    [
      '  macd_12:',
      '  spare: {type: atr}\n  macd_12:',
      '9:3 indicators.spare: is not used by any fuzzy set or input',
    ],
    [
      'symbol: AAPL',
      'list: [AAPL, GOOG]',
      '4:19 training_data.symbols.mode: is single, but several are listed; all of them are used',
    ],
    ['symbol: AAPL', 'list: [AAPL, AAPL]', 'training_data.symbols: has duplicates'],
    [
      'symbol: AAPL',
      'list: [AAPL], symbol: GOOG',
      'training_data.symbols.symbol: has no effect: list is also given',
    ],
    ['history_required: 200', 'history_required: 50', ''],
    [
      '{type: macd}',
      '{type: macd, slow_period: 200}',
      '6:21 training_data.history_required: 200 bars are loaded before the first row, but the indicators need 207 on 1h',
    ],
    [
      'indicator: rsi_14',
      'indicator: macd_12\n    output: line\n    rsi: [0, 1, 2]\n  other:\n    indicator: rsi_14',
      '13:13 fuzzy_sets.momentum.output: is read as indicator: macd_12.line; write that instead',
    ],
    [
      '  momentum:\n    indicator: rsi_14',
      '  momentum:\n    indicator: macd_12.line',
      '8:3 indicators.rsi_14: is not used by',
    ],
    [
      'low: [0, 20, 50]',
      'low: {type: sigmoid, parameters: [50, 10]}',
      'fuzzy_sets.momentum.low: rises with its input, although its name suggests low values',
    ],
    [
      '{fuzzy_set: momentum, timeframes: all}',
      '{fuzzy_set: momentum, timeframes: all, normalization: minmax}',
      'nn_inputs[0].normalization: has no effect on a fuzzy set',
    ],
    [
      'dropout: 0.2',
      'dropout: 0.2, sequence_length: 10',
      'model.architecture.sequence_length: has no effect on an mlp',
    ],
    [
      'type: mlp',
      'type: mlp\n  features: {include_price_context: true}',
      'model.features.include_price_context: has no effect',
    ],
    [
      'type: mlp',
      'type: mlp\n  features: {lookback_periods: 3}',
      'model.features.lookback_periods: is not used in a v3 file',
    ],
    [
      'type: mlp',
      'type: mlp\n  training: {epochs: 7}',
      'model.training.epochs: has no effect: training.epochs is also given',
    ],
    [
      'epochs: 50',
      'lr_scheduler: true',
      'training.lr_scheduler: is read as {type: step, step_size: 30, gamma: 0.1}',
    ],
    [
      'zigzag_threshold: 0.02',
      'zigzag_threshold: 0.02, label_lookahead: 20',
      'training.labels.label_lookahead: has no effect on segment labels',
    ],
    [
      'test: 0.15',
      'test: 0.05',
      'training.data_split: adds up to 0.9; the rest goes to test, which gets 0.15',
    ],
    [', confidence_threshold: 0.5', '', 'decisions.confidence_threshold: is missing; 0.5 is used'],
    [
      '  labels: {source: zigzag, zigzag_threshold: 0.02}\n',
      '',
      'training.labels: is missing; zigzag with a threshold of 0.02 is used',
    ],
    [
      '  data_split: {train: 0.7, validation: 0.15, test: 0.15}\n',
      '',
      'training.data_split: is missing; train 0.7',
    ],
    ['  method: supervised\n', '', 'training.method: is missing; supervised is used'],
  ])('%j -> %j', (part, replacement, expected) => {
    const { errors, warnings } = problems(edit(V3, part, replacement));
    expect(errors).toEqual([]);
    expect(warnings).toEqual(expected === '' ? [] : [expect.stringContaining(expected)]);
  });

  test('a set of the list grammar without an indicator is ignored', () => {
    const { errors, warnings } = problems(
      edit(V2, '  MACD:', '  ADX_14: {up: {type: triangular, parameters: [0, 1, 2]}}\n  MACD:'),
    );
    expect(errors).toEqual([]);
    expect(warnings).toEqual(['14:3 fuzzy_sets.ADX_14: is ignored: no indicator has this id or name']);
  });

  test('a set with the name of another output than its own', () => {
    const text = edit(V3, '  momentum:\n    indicator: rsi_14', '  macd_signal:\n    indicator: macd_12');
    expect(problems(edit(text, 'fuzzy_set: momentum', 'fuzzy_set: macd_signal')).warnings).toContainEqual(
      expect.stringContaining(
        'fuzzy_sets.macd_signal.indicator: uses line of macd_12; is macd_12.signal meant?',
      ),
    );
  });
});
