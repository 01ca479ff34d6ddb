import { describe, expect, test } from '@jest/globals';
import { TIMEFRAME_MS } from '@ktrdr/contracts';
import { type Bars, reportData } from '@ktrdr/market-data';
import { parseStrategy, type Strategy } from '@ktrdr/strategy';
import { dataSettingsOf } from './data-settings.js';
import { dataWarnings } from './data-warnings.js';
import { prepareData, type PreparedData } from './prepare-data.js';

const HOUR = TIMEFRAME_MS['1h'];
/** A Monday. */
const START = Date.UTC(2024, 0, 1);

/** Prices that move up and down, with volume. */
function barsOf(
  count: number,
  price = (bar: number): number => 100 + 8 * Math.sin(bar / 11) + Math.cos(bar * 1.7),
): Bars {
  const close = Float64Array.from({ length: count }, (_, bar) => price(bar));
  const open = close.map((_, bar) => close[Math.max(0, bar - 1)]!);
  const top = close.map((value, bar) => Math.max(value, open[bar]!) + 0.4);
  const bottom = close.map((value, bar) => Math.min(value, open[bar]!) - 0.4);
  return {
    symbol: 'AAA',
    timeframe: '1h',
    time: Float64Array.from(close, (_, bar) => START + bar * HOUR),
    open,
    high: top,
    low: bottom,
    close,
    volume: close.map((_, bar) => 100 + (bar % 40)),
    length: count,
    synthetic: false,
    file: 'AAA_1h.csv',
  };
}

function strategyOf(symbols: readonly string[], inputs: string, indicators: string): Strategy {
  const text = `name: rows
version: "3.0"
training_data:
  symbols: { mode: multi_symbol, list: [${symbols.join(', ')}] }
  timeframes: { mode: single, timeframe: 1h }
  history_required: 50
indicators: { ${indicators} }
fuzzy_sets:
  never: { indicator: rsi_14, low: [300, 400, 500], high: [600, 700, 800] }
nn_inputs: [${inputs}]
model: { type: mlp, architecture: { hidden_layers: [4], activation: relu, dropout: 0 } }
decisions: { output_format: classification, confidence_threshold: 0.5, position_awareness: true }
training:
  method: supervised
  labels: { source: zigzag, zigzag_threshold: 0.03 }
  data_split: { train: 0.6, validation: 0.2, test: 0.2 }
  fuzzy_features: { include_lags: true }
`;
  return parseStrategy(text, { file: 'rows.yaml' }).strategy;
}

const RSI = 'rsi_14: { type: rsi, period: 14 }';
const RAW_RSI = '{ raw_indicator: rsi_14, timeframes: all, normalization: none }';

async function warningsOf(
  files: readonly Bars[],
  { inputs = RAW_RSI, indicators = RSI, lags = 0, range = {} } = {},
): Promise<{ warnings: string[]; data: PreparedData }> {
  const written = strategyOf(
    files.map(({ symbol }) => symbol),
    inputs,
    indicators,
  );
  const features = [
    ...written.features,
    ...Array.from({ length: lags }, (_, lag) =>
      written.features.map((feature) => `${feature}_lag_${lag + 1}`),
    ).flat(),
  ];
  const strategy = dataSettingsOf({ ...written, lookbackPeriods: lags, features });
  const symbols = files.map((bars) => ({ symbol: bars.symbol, bars: new Map([['1h', bars] as const]) }));
  const request = { strategy, bars: symbols, range, validationSplit: undefined };
  const data = await prepareData(request, async () => undefined);
  return { warnings: dataWarnings(strategy, { symbols, reports: reportData(files) }, data), data };
}

describe('one cause is one warning', () => {
  test('lags of inputs that never change', async () => {
    const inputs = `${RAW_RSI}, { fuzzy_set: never, timeframes: all }`;
    const { warnings } = await warningsOf([barsOf(700)], { inputs, lags: 40 });
    expect(warnings).toEqual([
      "2 inputs never change in the training part: 1h_never_low (0) and 1h_never_high (0). The network learns nothing from them. A fuzzy set outside its indicator's range does this.",
    ]);
  });

  test('many inputs outside their range', async () => {
    const indicators = ['sma', 'ema', 'wma'].flatMap((type) =>
      [5, 9].map((period) => `${type}_${period}: { type: ${type}, period: ${period} }`),
    );
    const inputs = ['sma', 'ema', 'wma'].flatMap((type) =>
      [5, 9].map((period) => `{ raw_indicator: ${type}_${period}, timeframes: all, normalization: minmax }`),
    );
    const rising = barsOf(700, (bar) => 100 + bar / 20 + 8 * Math.sin(bar / 11));
    const { warnings } = await warningsOf([rising], {
      inputs: inputs.join(', '),
      indicators: [RSI, ...indicators].join(', '),
      lags: 3,
    });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(
      /^6 inputs are outside the training part's range in some of \d+ later rows: 1h_\w+_raw \(\d+\), 1h_\w+_raw \(\d+\), 1h_\w+_raw \(\d+\) and 3 more\.$/,
    );
  });

  test('an input outside its range: each later row counts once', async () => {
    // prices rise at the end of the training part
    const rising = barsOf(700, (bar) => (bar < 404 ? 100 : 300) + 8 * Math.sin(bar / 11));
    const { warnings, data } = await warningsOf([rising], {
      inputs: '{ raw_indicator: sma_5, timeframes: all, normalization: minmax }',
      indicators: `${RSI}, sma_5: { type: sma, period: 5 }`,
    });
    const rows = data.parts.validation.rows + data.parts.test.rows;
    expect(warnings).toContain(
      `Input 1h_sma_5_raw is outside the training part's range in ${rows} of ${rows} later rows.`,
    );
  });

  test('bars at odd minutes, synthetic bars and empty parts of several symbols', async () => {
    const files = ['AAA', 'BBB', 'CCC', 'DDD', 'EEE'].map((symbol, index): Bars => {
      const bars = barsOf(index === 0 ? 700 : 300);
      const time = bars.time.map((moment, bar) => (bar === 5 ? moment + 7 * 60_000 : moment));
      return { ...bars, symbol, file: `${symbol}_1h.csv`, time, synthetic: true };
    });
    const { warnings } = await warningsOf(files);
    expect(warnings).toEqual([
      'AAA_1h.csv, BBB_1h.csv, CCC_1h.csv and 2 more: synthetic bars. Results on them say nothing about a market.',
      expect.stringMatching(
        /^BBB, CCC, DDD and 1 more have no rows in the (validation and the )?test part\.$/,
      ),
      'AAA_1h.csv, BBB_1h.csv, CCC_1h.csv and 2 more: 5 bars do not open at a quarter of an hour like the others, the first at 2024-01-01T05:07:00Z. Check the files.',
    ]);
  });
});

describe('the data report', () => {
  const scaled = (bars: Bars, factor: (bar: number) => number): Bars => {
    const times = (column: Float64Array): Float64Array => column.map((value, bar) => value * factor(bar));
    const [open, high, low, close] = [bars.open, bars.high, bars.low, bars.close].map(times) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    return { ...bars, open, high, low, close };
  };
  const split = scaled(barsOf(900), (bar) => (bar < 400 ? 3 : 1));

  test('comes first, most serious first, and says what happens to the bars', async () => {
    const wrong = scaled(split, (bar) => (bar === 600 || bar === 601 ? 1000 : 1));
    const { warnings } = await warningsOf([{ ...wrong, synthetic: true }]);
    expect(warnings.map((warning) => warning.slice(0, 50))).toEqual([
      expect.stringMatching(/^AAA_1h\.csv: The price jumps at 2024-01-26/),
      expect.stringMatching(/^AAA_1h\.csv: The price jumps at 2024-01-17/),
      expect.stringMatching(/^AAA_1h\.csv: synthetic bars/),
    ]);
    expect(warnings[0]).toContain('1000 times the price before, for 2 bars');
    expect(warnings[0]).toMatch(/These 2 bars stay in the training\.$/);
    expect(warnings[1]).toContain('like a split 3:1');
  });

  test('does not warn of what lies outside of the dates', async () => {
    const { warnings } = await warningsOf([split], { range: { start: START + 420 * HOUR } });
    expect(warnings).toEqual([]);
  });

  test('does not warn of notes', async () => {
    const bars = barsOf(900);
    expect((await warningsOf([{ ...bars, volume: new Float64Array(900) }])).warnings).toEqual([]);
  });
});

describe('bars without features', () => {
  const VWAP = {
    inputs: '{ raw_indicator: vwap_9, timeframes: all, normalization: none }',
    indicators: `${RSI}, vwap_9: { type: vwap, period: 9 }`,
  };

  test('the warm-up at the start of a file is no warning', async () => {
    const { warnings, data } = await warningsOf([barsOf(700)], VWAP);
    expect(warnings).toEqual([]);
    expect(data.dataset.symbols[0]).toMatchObject({
      withoutFeatures: 8,
      warmingUp: 8,
      undefinedFeatures: [],
    });
  });

  test('a volume that is missing for a while is a cause of its own', async () => {
    const bars = barsOf(700);
    const volume = bars.volume.map((value, bar) => (bar >= 300 && bar < 340 ? 0 : value));
    const { warnings, data } = await warningsOf([{ ...bars, volume }], VWAP);
    expect(data.dataset.symbols[0]).toMatchObject({ withoutFeatures: 40, warmingUp: 8 });
    expect(warnings).toContain(
      'AAA: 32 of 700 1h bars are left out, because 1h_vwap_9_raw has no value there.',
    );
  });
});
