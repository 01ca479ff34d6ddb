import { describe, expect, test } from '@jest/globals';
import { type KtrdrError, TIMEFRAME_MS } from '@ktrdr/contracts';
import type { Bars } from '@ktrdr/market-data';
import { parseStrategy } from '@ktrdr/strategy';
import { dataSettingsOf } from './data-settings.js';
import { dataWarnings } from './data-warnings.js';
import { prepareData, type PreparedData } from './prepare-data.js';
import { prepareDataOrAdvise } from './range-advice.js';
import { summariseData } from './summarise-data.js';

const START = Date.UTC(2024, 0, 1);
const nothing = async (): Promise<void> => undefined;

function barsOf(closes: readonly number[], range = 0.5): Bars {
  const close = Float64Array.from(closes);
  return {
    symbol: 'AAA',
    timeframe: '1h',
    time: Float64Array.from(closes, (_, t) => START + t * TIMEFRAME_MS['1h']),
    open: close,
    high: close.map((price) => price + range),
    low: close.map((price) => price - range),
    close,
    volume: new Float64Array(closes.length),
    length: closes.length,
    synthetic: false,
    file: 'AAA_1h.csv',
  };
}

/** A rise of one a bar. */
const rising = (bars: number): Bars => barsOf(Array.from({ length: bars }, (_, t) => 100 + t));
const wave = (bars: number): Bars =>
  barsOf(Array.from({ length: bars }, (_, t) => 100 + 5 * Math.sin(t / 9) + Math.cos(t * 1.7)));

function strategyOf(labels: string, indicator = 'rsi') {
  const decisions = labels.includes('forward_return')
    ? 'output_format: regression, cost_model: {}'
    : 'output_format: classification, confidence_threshold: 0.5';
  const text = `name: rows
version: "3.0"
training_data:
  symbols: { mode: single, symbol: AAA }
  timeframes: { mode: single, timeframe: 1h }
  history_required: 50
indicators:
  average: { type: ${indicator}, period: 5 }
fuzzy_sets: {}
nn_inputs:
  - { raw_indicator: average, timeframes: all, normalization: none }
model: { type: mlp, architecture: { hidden_layers: [4], activation: relu, dropout: 0 } }
decisions: { ${decisions}, position_awareness: true }
training:
  method: supervised
  labels: ${labels}
  data_split: { train: 0.6, validation: 0.2, test: 0.2 }
`;
  return dataSettingsOf(parseStrategy(text, { file: 'rows.yaml' }).strategy);
}

function request(labels: string, bars: Bars) {
  return {
    strategy: strategyOf(labels),
    bars: [{ symbol: 'AAA', bars: new Map([['1h', bars] as const]) }],
    range: {},
    validationSplit: undefined,
  };
}

const prepare = (labels: string, bars: Bars): Promise<PreparedData> =>
  prepareData(request(labels, bars), nothing);

async function refusal(labels: string, bars: Bars): Promise<KtrdrError> {
  return (await prepareDataOrAdvise(request(labels, bars), nothing).catch(
    (error: unknown) => error,
  )) as KtrdrError;
}

function summary(data: PreparedData, labels: string, bars: Bars) {
  const loaded = { symbols: request(labels, bars).bars, fingerprints: [], reports: [] };
  return summariseData(strategyOf(labels), loaded, data);
}

describe('a regression', () => {
  const labels = '{ source: forward_return, horizon: 4 }';

  test('has values as targets, and its summary has their distribution', async () => {
    const bars = wave(300);
    const data = await prepare(labels, bars);
    expect(data.dataset).toMatchObject({ output: 'regression', classes: [] });
    const { targets } = data.parts.train;
    expect(targets).toBeInstanceOf(Float32Array);
    const first = bars.time.indexOf(data.dataset.symbols[0]!.time[0]!);
    expect(targets[0]).toBe(Math.fround(bars.close[first + 4]! / bars.close[first]! - 1));

    const { label_distribution, target_distribution } = summary(data, labels, bars);
    expect(label_distribution).toEqual([]);
    expect(target_distribution!.map(({ part, rows }) => [part, rows])).toEqual(
      (['train', 'validation', 'test'] as const).map((part) => [part, data.parts[part].rows]),
    );
    const values = [...targets].toSorted((a, b) => a - b);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
    const described = target_distribution![0]!;
    expect(described.mean).toBeCloseTo(mean, 12);
    expect(described.std).toBeCloseTo(Math.sqrt(variance), 12);
    expect([described.min, described.max]).toEqual([values[0], values.at(-1)]);
    const { q05, q25, median, q75, q95 } = described;
    for (const [share, quantile] of [
      [0.05, q05],
      [0.25, q25],
      [0.5, median],
      [0.75, q75],
      [0.95, q95],
    ] as const) {
      const below = values.filter((value) => value <= quantile).length / values.length;
      expect(Math.abs(below - share)).toBeLessThan(2 / values.length);
    }
  });

  test('warns of a constant target', async () => {
    const bars = barsOf(Array(200).fill(100));
    const warnings = dataWarnings(
      strategyOf(labels),
      { symbols: [], reports: [] },
      await prepare(labels, bars),
    );
    expect(warnings).toContain('Every row of the training part has the target 0: there is nothing to learn.');
  });
});

describe('weights of rows', () => {
  const labels = '{ source: triple_barrier, max_holding_period: 8, vol_span: 5, compute_weights: true }';

  test('have a mean of 1 over the training rows; other parts have none', async () => {
    const { parts, dataset, split } = await prepare(labels, wave(300));
    const weights = [...parts.train.weights!];
    expect(weights.reduce((a, b) => a + b, 0) / weights.length).toBeCloseTo(1, 5);
    const [first, second] = split.parts[0]!.train;
    const uniqueness = dataset.symbols[0]!.weights!;
    expect(weights[1]! / weights[0]!).toBeCloseTo(uniqueness[second!]! / uniqueness[first!]!, 5);
    expect([parts.validation.weights, parts.test.weights]).toEqual([null, null]);
  });
});

describe('one class only', () => {
  const week = 24 * 7;

  test.each([
    [
      '{ source: context, horizon: 1, bullish_threshold: 0.001, bearish_threshold: -0.001 }',
      'BULLISH',
      'bullish_threshold',
    ],
    [
      '{ source: triple_barrier, max_holding_period: 5, vol_span: 5 }',
      'BUY',
      'pt_multiplier and sl_multiplier',
    ],
    [
      '{ source: zigzag, method: points, zigzag_threshold: 0.9, label_lookahead: 5 }',
      'HOLD',
      'zigzag_threshold',
    ],
  ])('%s is refused: which, over which range, and what to change', async (labels, label, advice) => {
    const error = await refusal(labels, rising(week));
    expect(error).toMatchObject({ code: 'one_class_only', details: { label, suggested_range: null } });
    expect(error.message).toMatch(
      new RegExp(`All \\d+ training rows, from 2024-01-01 to 2024-01-0\\d, are ${label}: `),
    );
    expect(error.message).toContain(advice);
  });

  test('warns of a class that is missing in the training part', async () => {
    const labels = '{ source: context, horizon: 1, bullish_threshold: 0.01, bearish_threshold: -0.5 }';
    const data = await prepare(labels, wave(300));
    expect(dataWarnings(strategyOf(labels), { symbols: [], reports: [] }, data)).toContain(
      'No row of the training part is BEARISH: the model cannot learn to predict that.',
    );
  });
});

describe('swings of a few bars', () => {
  /** Reverses every two bars. */
  const sawtooth = barsOf(Array.from({ length: 300 }, (_, t) => 100 + [0, 1, 2, 1][t % 4]!));
  const lowThreshold =
    /^A swing lasts 2\.\d bars of 1h on average: training\.labels\.zigzag_threshold 0\.004 is low/;

  test.each([
    ['{ source: zigzag, zigzag_threshold: 0.004 }', sawtooth, true],
    ['{ source: zigzag, zigzag_threshold: 0.03 }', wave(300), false],
    ['{ source: zigzag, method: points, zigzag_threshold: 0.004, label_lookahead: 3 }', wave(300), false],
  ])('%s: warns only if the threshold is too low for the bars', async (labels, bars, isWarned) => {
    const warnings = dataWarnings(
      strategyOf(labels),
      { symbols: [], reports: [] },
      await prepare(labels, bars),
    );
    expect(warnings.some((warning) => lowThreshold.test(warning))).toBe(isWarned);
    expect(warnings.some((warning) => warning.startsWith('A swing lasts'))).toBe(isWarned);
  });
});

describe('too few labels', () => {
  test.each([
    [
      '{ source: zigzag, zigzag_threshold: 0.9 }',
      'after the last confirmed turning point',
      'zigzag_threshold',
    ],
    ['{ source: zigzag, method: points, label_lookahead: 80 }', 'in the last 80 bars', 'label_lookahead'],
    ['{ source: forward_return, horizon: 80 }', 'in the last 80 bars', 'horizon'],
    ['{ source: context, horizon: 80 }', 'in the last 80 bars', 'horizon'],
    ['{ source: triple_barrier, max_holding_period: 80 }', 'in the last 80 bars', 'max_holding_period'],
    ['{ source: triple_barrier, cusum_threshold: 0.5 }', 'no event of the cusum filter', 'cusum_threshold'],
    [
      '{ source: regime, macro_atr_mult: 90 }',
      'after the last confirmed macro turning point',
      'macro_atr_mult',
    ],
  ])('%s: where, and what to change', async (labels, where, advice) => {
    const error = await refusal(labels, wave(100));
    expect(error).toMatchObject({ code: 'not_enough_bars' });
    expect(error.message).toContain(where);
    expect(error.message).toMatch(
      new RegExp(`(or use|nor) a \\w+ training\\.labels\\.${advice}|Set training\\.labels\\.${advice} to`),
    );
  });
});

describe('prices at or below 0', () => {
  const labels = '{ source: zigzag, zigzag_threshold: 0.03 }';
  const sunk = wave(400);
  sunk.close[120] = -37.63;
  sunk.low[120] = -40;

  test('are refused with their line where the label is a ratio', async () => {
    await expect(prepare(labels, sunk)).rejects.toMatchObject({
      code: 'bars_invalid',
      message: expect.stringContaining(
        'AAA_1h.csv:122: open -37.63 (2024-01-06T00:00:00Z) must be above 0, because the label zigzag is a ratio of prices, as all labels are. Choose dates without such prices (docs/data.md).',
      ),
    });
  });

  test('are refused before the range if a feature is a ratio, and accepted if none is', async () => {
    const range = { start: START + 125 * TIMEFRAME_MS['1h'] };
    const asked = { ...request(labels, sunk), range };
    await expect(
      prepareData({ ...asked, strategy: strategyOf(labels, 'roc') }, nothing),
    ).rejects.toMatchObject({
      code: 'bars_invalid',
      message: expect.stringContaining('AAA_1h.csv:122: open -37.63'),
    });
    expect((await prepareData(asked, nothing)).dataset.symbols[0]!.rows).toBeGreaterThan(100);
  });
});

test('names features without any value instead of blaming the warm-up', async () => {
  const labels = '{ source: zigzag, zigzag_threshold: 0.03 }';
  const asked = { ...request(labels, wave(300)), strategy: strategyOf(labels, 'vwap') };
  await expect(prepareData(asked, nothing)).rejects.toMatchObject({
    code: 'not_enough_bars',
    message: expect.stringContaining(
      'AAA 1h has 300 bars in the range (300 without features: 1h_average_raw has no value on any bar)',
    ),
  });
  await expect(prepareDataOrAdvise(asked, nothing)).rejects.toMatchObject({
    message: expect.stringMatching(
      /\. Leave 1h_average_raw out, or use bars with the values that the indicator needs, such as volume\.$/,
    ),
  });
});

test('names a validation split that leaves no training rows, and does not try other ranges', async () => {
  const asked = { ...request('{ source: context, horizon: 4 }', wave(300)), validationSplit: 0.999 };
  await expect(prepareDataOrAdvise(asked, nothing)).rejects.toMatchObject({
    code: 'empty_split',
    message: expect.stringMatching(
      /The training part has no rows\..* The validation split of 0\.999 leaves too few rows: .*\(--validation-split\)\.$/,
    ),
  });
});
