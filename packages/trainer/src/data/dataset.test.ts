import { describe, expect, test } from '@jest/globals';
import { TIMEFRAME_MS, type Timeframe } from '@ktrdr/contracts';
import type { Bars, DateRange } from '@ktrdr/market-data';
import { computeFeatures, computeLabels, parseStrategy, type Strategy } from '@ktrdr/strategy';
import { dataSettingsOf } from './data-settings.js';
import { type BuildReport, buildDataset, type Dataset, type SymbolRows } from './dataset.js';
import type { SymbolBars } from './load-bars.js';

const START = Date.UTC(2024, 0, 1);
const nothing = async (): Promise<void> => undefined;

/** Waves of a length of their own, so that no two symbols turn at the same bars. */
function wave(symbol: string, timeframe: Timeframe, count: number, period: number): Bars {
  const close = Float64Array.from(
    { length: count },
    (_, bar) => 100 + 5 * Math.sin(bar / period) + Math.cos(bar * 1.7),
  );
  return {
    symbol,
    timeframe,
    time: Float64Array.from({ length: count }, (_, bar) => START + bar * TIMEFRAME_MS[timeframe]),
    open: close,
    high: close.map((price) => price + 1),
    low: close.map((price) => price - 1),
    close,
    volume: new Float64Array(count),
    length: count,
    synthetic: false,
    file: `${symbol}_${timeframe}.csv`,
  };
}

const STRATEGY = `name: rows
version: "3.0"
training_data:
  symbols: { mode: multi_symbol, list: [AAA, BBB] }
  timeframes: { mode: multi_timeframe, list: [1h, 4h], base_timeframe: 1h }
  history_required: 60
indicators:
  sma_5: { type: sma, period: 5 }
fuzzy_sets:
  level: { indicator: sma_5, low: [80, 95, 100], high: [100, 105, 120] }
nn_inputs:
  - { fuzzy_set: level, timeframes: all }
  - { raw_indicator: sma_5, timeframes: [1h], normalization: none }
model: { type: mlp, architecture: { hidden_layers: [4], activation: relu, dropout: 0 } }
decisions: { output_format: classification, confidence_threshold: 0.5, position_awareness: true }
training:
  method: supervised
  labels: { source: zigzag, zigzag_threshold: 0.03 }
  data_split: { train: 0.7, validation: 0.15, test: 0.15 }
`;
const { strategy } = parseStrategy(STRATEGY, { file: 'rows.yaml' });

function symbolBars(symbol: string, period: number): SymbolBars {
  const hourly = wave(symbol, '1h', 600, period);
  return {
    symbol,
    bars: new Map([['1h', hourly] as const, ['4h', wave(symbol, '4h', 150, period)] as const]),
  };
}

/** The strategy with other labels, and the decision that goes with them. */
function withLabels(labels: string): Strategy {
  const regression = labels.includes('forward_return');
  const decision = regression
    ? 'output_format: regression, cost_model: {}'
    : 'output_format: classification, confidence_threshold: 0.5';
  const text = STRATEGY.replace(/labels: .*/, () => `labels: ${labels}`).replace(
    'output_format: classification, confidence_threshold: 0.5',
    () => decision,
  );
  return parseStrategy(text, { file: 'rows.yaml' }).strategy;
}

function barsBetween(bars: Bars, from: number, to: number): Bars {
  const columns = { ...bars };
  for (const column of ['time', 'open', 'high', 'low', 'close', 'volume'] as const) {
    columns[column] = bars[column].slice(from, to);
  }
  return { ...columns, length: to - from };
}

const shares = { train: 0.7, validation: 0.15, test: 0.15 };

function build(
  used: Strategy,
  bars: readonly SymbolBars[],
  range: DateRange = {},
  report: BuildReport = nothing,
): Promise<Dataset> {
  return buildDataset({ strategy: dataSettingsOf(used), bars, range, shares }, report);
}

/** Every row compared with what the bar of its time has, found by time and not by number. */
function expectInStep(
  rows: SymbolRows,
  bars: SymbolBars,
  used: Strategy,
  [from, to]: [from: number, to: number],
  fitBefore = Infinity,
): void {
  const all = bars.bars.get('1h')!;
  const matrix = computeFeatures(used, bars.bars);
  const inRange = { ...all };
  const [first, last] = [all.time.indexOf(from), all.time.indexOf(to)];
  for (const column of ['time', 'open', 'high', 'low', 'close', 'volume'] as const) {
    inRange[column] = all[column].slice(first, last + 1);
  }
  inRange.length = inRange.time.length;
  const trainingBars = inRange.time.filter((time) => time < fitBefore).length;
  const labels = computeLabels(used.training.labels, inRange, trainingBars);
  const ofBars = labels.output === 'classification' ? labels.label : Float32Array.from(labels.value);
  const width = matrix.names.length;
  for (let row = 0; row < rows.rows; row += 1) {
    const bar = all.time.indexOf(rows.time[row]!);
    const window = 'sequenceLength' in used.model ? used.model.sequenceLength : 1;
    const at = rows.windowEnds[row]! + 1;
    expect(rows.features.slice((at - window) * width, at * width)).toEqual(
      matrix.values.slice((bar + 1 - window) * width, (bar + 1) * width),
    );
    const windowBar = bar + 1 - window;
    expect(rows.windowStart[row]).toBe(windowBar < first ? -Infinity : all.time[windowBar]);
    expect(rows.targets[row]).toBe(ofBars[bar - first]);
    expect(rows.labelEnd[row]).toBe(inRange.time[labels.end[bar - first]!]);
    if (labels.output === 'classification' && labels.uniqueness !== null) {
      expect(rows.weights![row]).toBe(labels.uniqueness[bar - first]);
    }
  }
  const labelled = labels.end.filter((end) => end >= 0).length;
  expect(rows.rows + rows.withoutFeatures).toBeGreaterThanOrEqual(labelled);
  expect(rows.bars).toBe(rows.rows + rows.withoutFeatures + rows.withoutLabel);
}

describe('buildDataset', () => {
  const [one, other] = [symbolBars('AAA', 9), symbolBars('BBB', 13)];

  test('features, labels and times of a row belong to the same bar of the same symbol', async () => {
    const { symbols } = await build(strategy, [one, other]);
    const range: [number, number] = [START, START + 599 * TIMEFRAME_MS['1h']];
    expectInStep(symbols[0]!, one, strategy, range);
    expectInStep(symbols[1]!, other, strategy, range);
    expect(symbols[0]!.withoutFeatures).toBeGreaterThan(0);
    expect([...symbols[0]!.targets]).not.toEqual([...symbols[1]!.targets]);
  });

  test('windows are the bars before a row, also after dropped rows and before the range', async () => {
    const window = 7;
    const text = STRATEGY.replace(
      /model: .*/,
      `model: { type: gru, architecture: { sequence_length: ${window} } }`,
    ).replace(
      /labels: .*/,
      'labels: { source: triple_barrier, max_holding_period: 6, vol_span: 5, cusum_threshold: 0, cusum_multiplier: 0.3 }',
    );
    const { strategy: windowed } = parseStrategy(text, { file: 'rows.yaml' });
    const start = START + 200 * TIMEFRAME_MS['1h'];
    const range: [number, number] = [start, START + 500 * TIMEFRAME_MS['1h']];
    const { symbols, cuts } = await build(windowed, [one, other], { start, end: range[1] });
    symbols.forEach((rows, index) => {
      expect(rows.rows).toBeGreaterThan(10);
      expect(rows.withoutFeatures).toBe(0);
      expectInStep(rows, [one, other][index]!, windowed, range, cuts.validationStart);
    });
  });

  test('the last bar of a higher base timeframe uses bars of lower timeframes up to its close', async () => {
    const { strategy: coarse } = parseStrategy(STRATEGY.replace('base_timeframe: 1h', 'base_timeframe: 4h'), {
      file: 'rows.yaml',
    });
    const { symbols } = await build(coarse, [one]);
    const { values, rows, names } = computeFeatures(coarse, one.bars);
    expect(Array.from(symbols[0]!.features.slice(-names.length))).toEqual(
      Array.from(values.slice((rows - 1) * names.length)),
    );
  });

  test('a window with a missing feature is not a row', async () => {
    const windowed = (length: number): Strategy =>
      parseStrategy(
        STRATEGY.replace(/model: .*/, `model: { type: lstm, architecture: { sequence_length: ${length} } }`),
        { file: 'rows.yaml' },
      ).strategy;
    const [short, long] = [await build(windowed(2), [one]), await build(windowed(12), [one])];
    expect(long.symbols[0]!.withoutFeatures - short.symbols[0]!.withoutFeatures).toBe(10);
  });

  test.each([
    '{ source: zigzag, method: points, zigzag_threshold: 0.02, label_lookahead: 9 }',
    '{ source: forward_return, horizon: 7 }',
    '{ source: context, horizon: 3 }',
    '{ source: triple_barrier, max_holding_period: 12, vol_span: 10, compute_weights: true }',
    '{ source: triple_barrier, max_holding_period: 6, cusum_threshold: 0, cusum_multiplier: 0.3 }',
    '{ source: regime, vol_lookback: 30, macro_atr_mult: 1.5, micro_atr_mult: 0.4 }',
  ])('keeps %s in step with features, also where rows are dropped', async (labels) => {
    const used = withLabels(labels);
    const [start, end] = [START + 100 * TIMEFRAME_MS['1h'], START + 550 * TIMEFRAME_MS['1h']];
    const { symbols, cuts, output } = await build(used, [one, other], { start, end });
    symbols.forEach((rows, index) => {
      expect(rows.withoutLabel).toBeGreaterThan(0);
      expect(rows.rows).toBeGreaterThan(10);
      expectInStep(rows, [one, other][index]!, used, [start, end], cuts.validationStart);
      expect(rows.targets).toBeInstanceOf(output === 'classification' ? Int32Array : Float32Array);
    });
    expect(output).toBe(used.decisions.outputFormat);
  });

  test('has no rows outside the range and warms up before the range', async () => {
    const [start, end] = [START + 200 * TIMEFRAME_MS['1h'], START + 500 * TIMEFRAME_MS['1h']];
    const { symbols } = await build(strategy, [one, other], { start, end });
    symbols.forEach((rows, index) => {
      expectInStep(rows, [one, other][index]!, strategy, [start, end]);
      expect(rows.time[0]).toBe(start);
      expect(rows.time.at(-1)!).toBeLessThanOrEqual(end);
      expect(rows.bars).toBe(301);
      expect(rows.withoutFeatures).toBe(0);
      expect(Math.max(...rows.labelEnd)).toBeLessThanOrEqual(end);
    });
  });

  test('reports each phase from 0 to 1', async () => {
    const reports: string[] = [];
    await build(strategy, [one, other], {}, async (phase, done) => {
      reports.push(`${phase} ${done}`);
    });
    expect(reports).toEqual(
      ['computing indicators', 'building features', 'labelling'].flatMap((phase) =>
        [0, 0.5, 1].map((done) => `${phase} ${done}`),
      ),
    );
  });
});

describe('a file of a higher timeframe that does not cover the base bars', () => {
  const whole = symbolBars('AAA', 20);
  const hourly = whole.bars.get('1h')!;
  const fourHourly = whole.bars.get('4h')!;
  const built = async (from: number, to: number, range?: DateRange): Promise<SymbolRows> => {
    const cut = barsBetween(fourHourly, from, to);
    const bars = new Map([['1h', hourly] as const, ['4h', cut] as const]);
    return (await build(strategy, [{ symbol: 'AAA', bars }], range)).symbols[0]!;
  };
  const rowTimes = ({ time }: SymbolRows): number[] => [...time];

  test('ends early: later rows are left out, and the others stay as they were', async () => {
    const all = (await build(strategy, [whole])).symbols[0]!;
    const rows = await built(0, 100);
    // its last bar closes with the 400th hour and counts until the next has closed
    const last = START + (400 + 4 - 2) * TIMEFRAME_MS['1h'];
    expect(rowTimes(rows)).toEqual(rowTimes(all).filter((time) => time <= last));
    expect(rows.stale).toMatchObject([{ file: 'AAA_4h.csv', bars: 600 - 403, next: null }]);
  });

  test('begins late', async () => {
    const rows = await built(50, 150);
    expect(rows.stale).toMatchObject([{ file: 'AAA_4h.csv', bars: 203, previous: null }]);
    expect(rows.time[0]).toBeGreaterThan(fourHourly.time[50]!);
  });

  test('only counts inside the range', async () => {
    const end = START + 500 * TIMEFRAME_MS['1h'];
    expect((await built(0, 100, { end })).stale).toMatchObject([{ bars: 501 - 403, to: end }]);
    expect((await built(0, 100, { end: START + 300 * TIMEFRAME_MS['1h'] })).stale).toEqual([]);
  });
});
