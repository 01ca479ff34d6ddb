import { describe, expect, test } from '@jest/globals';
import { KtrdrError } from '@ktrdr/contracts';

import { formatIssue } from './issues.js';
import type { Strategy } from './model.js';
import { parseStrategy } from './parse-strategy.js';
import { FILE } from './test/problems.js';
import { edit, V1, V2, V3 } from './test/strategy-text.js';
import { summariseStrategy, validateStrategy } from './validate-strategy.js';

function parse(text: string): Strategy {
  return parseStrategy(text, { file: FILE }).strategy;
}

describe('a valid file', () => {
  test('v3 becomes the internal model', () => {
    const { strategy, warnings } = parseStrategy(V3, { file: FILE });
    expect(warnings).toEqual([]);
    expect(strategy).toEqual({
      name: 'base',
      description: null,
      sourceVersion: 'v3',
      symbols: ['AAPL'],
      timeframes: ['1h'],
      baseTimeframe: '1h',
      historyRequired: 200,
      dateRange: {},
      indicators: [
        { id: 'rsi_14', type: 'rsi', parameters: { period: 14, source: 'close' } },
        {
          id: 'macd_12',
          type: 'macd',
          parameters: { fast_period: 12, slow_period: 26, signal_period: 9, source: 'close' },
        },
      ],
      fuzzySets: [
        {
          id: 'momentum',
          series: { text: 'rsi_14', indicator: 'rsi_14', output: 0 },
          transform: null,
          memberships: [
            { name: 'low', type: 'triangular', parameters: [0, 20, 50] },
            { name: 'high', type: 'trapezoidal', parameters: [50, 70, 100, 100] },
          ],
        },
      ],
      nnInputs: [
        { kind: 'fuzzy', fuzzySet: 'momentum', timeframes: ['1h'] },
        {
          kind: 'raw',
          series: { text: 'macd_12.signal', indicator: 'macd_12', output: 1 },
          timeframes: ['1h'],
          normalisation: 'zscore',
        },
      ],
      features: ['1h_momentum_low', '1h_momentum_high', '1h_macd_12.signal_raw'],
      lookbackPeriods: 0,
      model: { type: 'mlp', hiddenLayers: [16, 8], activation: 'relu', dropout: 0.2 },
      training: {
        epochs: 50,
        batchSize: 32,
        learningRate: 0.001,
        optimizer: 'adam',
        weightDecay: 0.0001,
        gradientClip: 1,
        earlyStopping: null,
        learningRateSchedule: null,
        classWeights: false,
        loss: { type: 'cross_entropy' },
        analytics: { enabled: false, exportCsv: true, exportJson: true, exportAlerts: true },
        labels: { source: 'zigzag', method: 'segments', threshold: 0.02 },
        split: { train: 0.7, validation: 0.15, test: 0.15 },
      },
      decisions: {
        outputFormat: 'classification',
        confidenceThreshold: 0.5,
        positionAwareness: true,
        minSignalSeparation: 4,
        allowShortFromFlat: false,
      },
      backtest: {},
      passthrough: { version: '3.0' },
    });
  });

  test('v2: the key of a set is an id or a name; older settings are in model.training', () => {
    const { strategy, warnings } = parseStrategy(V2, { file: FILE });
    expect(warnings).toEqual([]);
    expect(strategy).toMatchObject({
      sourceVersion: 'v2',
      symbols: ['AAPL', 'GOOG'],
      indicators: [
        { id: 'rsi_14', type: 'rsi', parameters: { period: 14 } },
        { id: 'macd', type: 'macd', parameters: { fast_period: 5, slow_period: 10, signal_period: 3 } },
      ],
      fuzzySets: [
        { id: 'rsi_14', series: { indicator: 'rsi_14', output: 0 } },
        { id: 'MACD', series: { indicator: 'macd', output: 0 } },
      ],
      lookbackPeriods: 2,
      training: {
        epochs: 70,
        batchSize: 48,
        learningRate: 0.0012,
        earlyStopping: { patience: 9, minDelta: 0.001, monitor: 'val_loss' },
        split: { train: 0.66, validation: 0.17, test: 0.17 },
      },
      passthrough: {
        version: '2.0',
        scope: 'universal',
        deployment: { target_symbols: { mode: 'universal' } },
      },
    });
    expect(strategy.features).toHaveLength(2 * 3);
  });

  test('v2: a set may have the name of an old column', () => {
    const text = edit(
      edit(
        V2,
        '  rsi_14:\n',
        '  DI_Plus_20: {a: [0, 1, 2]}\n  adx_9: {a: [0, 1, 2]}\n  AROON_down_25: {a: [0, 1, 2]}\n  rsi_14:\n',
      ),
      '  - {name: macd,',
      '  - {name: adx, feature_id: slow, period: 20}\n  - {name: adx, feature_id: fast, period: 9}\n  - {name: aroon}\n  - {name: macd,',
    );
    const { strategy, warnings } = parseStrategy(text, { file: FILE });
    expect(warnings).toEqual([]);
    expect(strategy.fuzzySets.slice(0, 3).map(({ series }) => series)).toEqual([
      { text: 'slow.plus_di', indicator: 'slow', output: 1 },
      { text: 'fast.adx', indicator: 'fast', output: 0 },
      { text: 'aroon.down', indicator: 'aroon', output: 1 },
    ]);
  });

  test('v1: missing parts have their defaults', () => {
    const { strategy, warnings } = parseStrategy(V1, { file: FILE });
    expect(warnings).toEqual([]);
    expect(strategy).toMatchObject({
      sourceVersion: 'v1',
      symbols: ['AAPL'],
      timeframes: ['1h'],
      historyRequired: 200,
      indicators: [
        { id: 'sma_20', parameters: { period: 20 } },
        { id: 'sma_50', parameters: { period: 50 } },
        { id: 'pace', type: 'rsi', parameters: { period: 7 } },
      ],
      fuzzySets: [
        {
          id: 'sma',
          series: { indicator: 'sma_20' },
          transform: { type: 'price_ratio', reference: 'close' },
        },
        { id: 'sma_50', series: { indicator: 'sma_50' }, transform: null },
        { id: 'PACE', series: { indicator: 'pace' }, transform: null },
      ],
      lookbackPeriods: 2,
      model: { hiddenLayers: [50, 25], dropout: 0.2 },
      training: { labels: { threshold: 0.03 }, split: { train: 0.7, validation: 0.15, test: 0.15 } },
      decisions: { confidenceThreshold: 0.6 },
    });
  });
});

describe('the grammar is detected by the keys', () => {
  test.each([
    [V3, 'v3'],
    [V2, 'v2'],
    [V1, 'v1'],
    [edit(V3, 'version: "3.0"', 'version: "1.0"'), 'v3'],
    [`${V1}data: {symbols: [GOOG], timeframes: [1d]}\n`, 'v1'],
    [`${V1}deployment: {}\n`, 'v2'],
  ])('file %#', (text, version) => {
    expect(validateStrategy(text, FILE).version).toBe(version);
  });

  test.each([
    ['', 's.yaml:1:1: the file is empty'],
    ['- a\n', 's.yaml:1:1: the file is a list'],
    ['just text', 's.yaml:1:1: the file is "just text"'],
    [
      'name: x\nindicators: {rsi: {type: rsi}}\n',
      's.yaml:2:1 indicators: is a map, but there is no nn_inputs',
    ],
  ])('%j has no grammar', (text, problem) => {
    const { valid, version, issues } = validateStrategy(text, 's.yaml');
    expect({ valid, version }).toEqual({ valid: false, version: null });
    expect(issues.map(formatIssue)).toEqual([expect.stringContaining(problem)]);
  });
});

describe('spellings', () => {
  test.each([
    ['RSI', 'rsi'],
    ['RSIIndicator', 'rsi'],
    ['simple_moving_average', 'sma'],
    ['Exponential-Moving Average', 'ema'],
    ['BBands', 'bollingerbands'],
    ['bollinger', 'bollingerbands'],
    ['average_true_range', 'atr'],
  ])('%s is %s', (written, type) => {
    expect(parse(edit(V3, 'type: rsi, period: 14', `type: ${written}`)).indicators[0]!.type).toBe(type);
  });

  test('volume_sma is an sma of the volume, unless a source is given', () => {
    const source = (entry: string) =>
      parse(edit(V3, 'type: rsi, period: 14', entry)).indicators[0]!.parameters['source'];
    expect(source('type: volume_sma')).toBe('volume');
    expect(source('type: volume_sma, source: close')).toBe('close');
  });

  test('short names of parameters', () => {
    const parameters = (entry: string) => parse(edit(V3, '{type: macd}', entry)).indicators[1]!.parameters;
    expect(parameters('{type: macd, fast: 3, slow: 8, signal: 2}')).toMatchObject({
      fast_period: 3,
      slow_period: 8,
      signal_period: 2,
    });
    const bands = parse(edit(V3, 'type: rsi, period: 14', 'type: bbands, std_dev: 2.5')).indicators[0]!
      .parameters;
    expect(bands).toMatchObject({ multiplier: 2.5 });
  });

  test('symbols are strings, however YAML would parse them', () => {
    const symbols = parse(
      edit(V3, 'mode: single, symbol: AAPL', 'mode: multi_symbol, list: [TRUE, 0700, 1E5, NO]'),
    ).symbols;
    expect(symbols).toEqual(['TRUE', '0700', '1E5', 'NO']);
    expect(parse(edit(V3, 'symbol: AAPL', 'symbol: 0700')).symbols).toEqual(['0700']);
  });

  test('yes and no are true and false', () => {
    expect(
      parse(edit(V3, 'position_awareness: true', 'position_awareness: No')).decisions.positionAwareness,
    ).toBe(false);
  });

  test.each([
    ['early_stopping: {patience: 4, enabled: false}', { earlyStopping: null }],
    ['early_stopping: true', { earlyStopping: { patience: 10, minDelta: 0.001, monitor: 'val_loss' } }],
    [
      'early_stopping: {monitor: val_accuracy, mode: max}',
      { earlyStopping: { patience: 10, minDelta: 0.001, monitor: 'val_accuracy' } },
    ],
    ['lr_scheduler: {type: step}', { learningRateSchedule: { type: 'step', stepSize: 30, gamma: 0.1 } }],
    ['lr_scheduler: {type: exponential}', { learningRateSchedule: { type: 'exponential', gamma: 0.95 } }],
    [
      'lr_scheduler: {type: reduce_on_plateau, patience: 2}',
      { learningRateSchedule: { type: 'reduce_on_plateau', factor: 0.5, patience: 2 } },
    ],
    ['lr_scheduler: false', { learningRateSchedule: null }],
    ['lr_scheduler: none', { learningRateSchedule: null }],
    ['gradient_clip: 0', { gradientClip: null }],
    ['gradient_clip: null', { gradientClip: null }],
    ['gradient_clip: 0.5', { gradientClip: 0.5 }],
    ['class_weights: true', { classWeights: true }],
    ['class_weights: balanced', { classWeights: true }],
    ['loss_function: Cross-Entropy', { loss: { type: 'cross_entropy' } }],
    ['loss: focal', { loss: { type: 'focal', gamma: 2 } }],
    ['loss: focal\n  focal_gamma: 1.5', { loss: { type: 'focal', gamma: 1.5 } }],
    ['optimizer: AdamW', { optimizer: 'adamw' }],
    ['optimizer: sgd', { optimizer: 'sgd' }],
    ['lr_scheduler: {type: cosine_annealing}', { learningRateSchedule: { type: 'cosine' } }],
    ['weight_decay: 0', { weightDecay: 0 }],
    ['embargo: 7', { embargo: 7 }],
    [
      'analytics: {enabled: true, export_csv: false}',
      { analytics: { enabled: true, exportCsv: false, exportJson: true, exportAlerts: true } },
    ],
  ])('%s', (setting, expected) => {
    expect(parse(edit(V3, 'epochs: 50', setting)).training).toMatchObject(expected);
  });
});

describe('dates', () => {
  const dates = (data: string, training: string) =>
    parse(edit(edit(V3, 'history_required: 200', data), 'epochs: 50', training)).dateRange;

  test('the first present one counts', () => {
    const range = 'date_range: {start: 2020-01-01, end: 2020-12-31}';
    expect(
      dates(`${range}\n  start_date: 2021-01-01`, 'date_range: {start: 2019-01-01, end: 2022-01-01}'),
    ).toEqual({
      start: '2020-01-01',
      end: '2020-12-31',
    });
    expect(dates('start_date: 2020-06-01', range)).toEqual({ start: '2020-06-01', end: '2020-12-31' });
  });
});

describe('the command line', () => {
  const two = edit(
    V3,
    '{mode: single, timeframe: 1h}',
    '{mode: multi_timeframe, list: [1h, 1d], base_timeframe: 1h}',
  );

  test('replaces the lists of the file', () => {
    const { strategy } = parseStrategy(V3, {
      file: FILE,
      overrides: { symbols: ['GOOG', 'MSFT'], timeframes: ['1h', '4h'] },
    });
    expect(strategy).toMatchObject({
      symbols: ['GOOG', 'MSFT'],
      timeframes: ['1h', '4h'],
      baseTimeframe: '1h',
    });
    expect(strategy.features).toEqual([
      '1h_momentum_low',
      '1h_momentum_high',
      '4h_momentum_low',
      '4h_momentum_high',
      '1h_macd_12.signal_raw',
    ]);
  });

  test('uses the finest timeframe as base if it removes the base of the file', () => {
    const text = edit(two, 'timeframes: [1h],', 'timeframes: all,');
    expect(
      parseStrategy(text, { file: FILE, overrides: { timeframes: ['1d', '4h'] } }).strategy.baseTimeframe,
    ).toBe('4h');
    expect(
      parseStrategy(text, { file: FILE, overrides: { timeframes: ['1d', '1h'] } }).strategy.baseTimeframe,
    ).toBe('1h');
  });

  test('must not remove a timeframe that an input names', () => {
    expect(() => parseStrategy(V3, { file: FILE, overrides: { timeframes: ['1d'] } })).toThrow(
      `${FILE}:17:50 nn_inputs[1].timeframes[0]: needs 1h bars, but the timeframes given for this training are 1d; add 1h there or remove it here`,
    );
  });

  test('provides a list that the file does not have', () => {
    const text = edit(V3, '{mode: single, symbol: AAPL}', '{mode: single}');
    expect(() => parse(text)).toThrow('is empty; write for instance');
    expect(parseStrategy(text, { file: FILE, overrides: { symbols: ['GOOG'] } }).strategy.symbols).toEqual([
      'GOOG',
    ]);
  });

  test.each([
    [{ symbols: ['../etc'] }, 'invalid_name', '"../etc" is not valid; must be a symbol'],
    [
      { timeframes: ['2h'] },
      'invalid_name',
      '"2h" is not valid; must be one of 1m, 5m, 15m, 30m, 1h, 4h, 1d, 1w',
    ],
    [{ symbols: [] }, 'invalid_request', 'is empty; omit it'],
    [
      { symbols: Array.from({ length: 101 }, (_, i) => `S${i}`) },
      'invalid_request',
      '101 symbols are given; at most 100 are allowed',
    ],
  ])('%j is rejected, whatever the file contains', (overrides, code, message) => {
    const attempt = () => parseStrategy(V3, { file: FILE, overrides });
    expect(attempt).toThrow(KtrdrError);
    expect(attempt).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message) }));
  });
});

describe('summary', () => {
  test('of a valid file', () => {
    expect(summariseStrategy(V2, 'strategies/base.yaml')).toEqual({
      name: 'base',
      file: 'strategies/base.yaml',
      version: 'v2',
      description: null,
      symbols: ['AAPL', 'GOOG'],
      timeframes: ['1d'],
      model_type: 'mlp',
      valid: true,
      errors: 0,
      warnings: 0,
    });
  });

  test('of a broken file', () => {
    expect(summariseStrategy('a: [', 'strategies/odd.yaml')).toMatchObject({
      name: 'odd',
      valid: false,
      version: null,
    });
    expect(summariseStrategy(edit(V3, 'epochs: 50', 'epochs: 0'), 'x.yaml')).toMatchObject({
      name: 'base',
      valid: false,
      version: 'v3',
      errors: 1,
      warnings: 1,
    });
  });
});

describe('models', () => {
  const model = (type: string, architecture: string) =>
    parse(
      edit(
        edit(V3, 'type: mlp', `type: ${type}`),
        '{hidden_layers: [16, 8], activation: relu, dropout: 0.2}',
        architecture,
      ),
    ).model;

  test.each([
    [
      'lstm',
      '{sequence_length: 12}',
      { type: 'lstm', sequenceLength: 12, hiddenSize: 64, layers: 2, dropout: 0.2 },
    ],
    [
      'GRU',
      '{sequence_length: 16, hidden_size: 40, num_layers: 1, dropout: 0}',
      { type: 'gru', sequenceLength: 16, hiddenSize: 40, layers: 1, dropout: 0 },
    ],
    [
      'cnn',
      '{sequence_length: 20}',
      {
        type: 'cnn',
        sequenceLength: 20,
        filters: [32],
        kernelSize: 3,
        poolSize: 2,
        hiddenLayers: [64],
        activation: 'relu',
        dropout: 0.2,
      },
    ],
    [
      'cnn',
      '{sequence_length: 30, filters: [8, 4], kernel_size: 5, pool_size: 3, hidden_layers: [7], activation: tanh, dropout: 0.1}',
      {
        type: 'cnn',
        sequenceLength: 30,
        filters: [8, 4],
        kernelSize: 5,
        poolSize: 3,
        hiddenLayers: [7],
        activation: 'tanh',
        dropout: 0.1,
      },
    ],
  ])('%s %s', (type, architecture, expected) => {
    expect(model(type, architecture)).toEqual(expected);
  });
});
