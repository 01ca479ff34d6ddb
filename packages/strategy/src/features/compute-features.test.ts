import { describe, expect, test } from '@jest/globals';
import { TIMEFRAME_MS } from '@ktrdr/contracts';
import type { Timeframe } from '@ktrdr/contracts';
import { propertyRuns } from '@ktrdr/contracts/testing';
import type { Bars } from '@ktrdr/market-data';
import fc from 'fast-check';

import { FEATURE_INDICATOR_TYPES } from '../indicators/registry.js';
import { MEMBERSHIP_TYPES } from '../model.js';
import type { MembershipType, Strategy } from '../model.js';
import { parseStrategy } from '../parse-strategy.js';
import { barsOfCloses, firstBars, randomBars, seededRandom } from '../test/random-bars.js';
import { onRealBars, readRealBars } from '../test/real-bars.js';
import { computeFeatures } from './compute-features.js';
import type { FeatureMatrix } from './compute-features.js';
import { warmUpBars } from './warm-up-bars.js';

const REST = `
model: {type: mlp, architecture: {hidden_layers: [4]}}
decisions: {output_format: classification, confidence_threshold: 0.5, position_awareness: true}
training: {method: supervised, labels: {source: zigzag}, data_split: {train: 0.7, validation: 0.15, test: 0.15}}
`;

function v3(timeframes: readonly string[], body: string): Strategy {
  const text = `name: s
training_data: {symbols: {mode: single, symbol: TEST}, timeframes: {mode: multi_timeframe, list: [${timeframes.join(', ')}]}}
${body}${REST}`;
  return parseStrategy(text, { file: 's.yaml' }).strategy;
}

function v2(timeframes: readonly string[], lookback: number, body: string): Strategy {
  const text = `name: s
training_data: {symbols: {mode: single, symbol: TEST}, timeframes: {mode: multi_timeframe, list: [${timeframes.join(', ')}]}}
${body}
model: {type: mlp, architecture: {hidden_layers: [4]}, features: {lookback_periods: ${lookback}}}
decisions: {output_format: classification, confidence_threshold: 0.5, position_awareness: true}
training: {method: supervised, labels: {source: zigzag}, data_split: {train: 0.7, validation: 0.15, test: 0.15}}`;
  return parseStrategy(text, { file: 's.yaml' }).strategy;
}

function byTimeframe(...series: Bars[]): Map<Timeframe, Bars> {
  return new Map(series.map((bars) => [bars.timeframe, bars]));
}

function column({ names, rows, values }: FeatureMatrix, name: string): number[] {
  const index = names.indexOf(name);
  if (index < 0) throw new Error(`no column ${name} in ${names.join(', ')}`);
  return Array.from({ length: rows }, (_, row) => values[row * names.length + index]!);
}

const PACE = `
indicators:
  ma: {type: sma, period: 2}
  bands: {type: bbands, period: 3, multiplier: 1}
fuzzy_sets:
  swing: {indicator: ma, low: [0, 10, 20], high: [10, 20, 30]}
  top: {indicator: bands.upper, far: {type: gaussian, parameters: [20, 5]}}
`;

describe('columns', () => {
  test('v3: inputs in file order, then timeframes, then memberships', () => {
    const strategy = v3(
      ['4h', '1h'],
      `${PACE}
nn_inputs:
  - {fuzzy_set: top, timeframes: all}
  - {raw_indicator: bands.lower, timeframes: [1h], normalization: zscore}
  - {fuzzy_set: swing, timeframes: 4h}
  - {raw_indicator: ma, timeframes: [1h]}`,
    );
    const bars = byTimeframe(
      randomBars({ length: 30, seed: 1 }),
      randomBars({ length: 9, seed: 2, timeframe: '4h' }),
    );
    const features = computeFeatures(strategy, bars);
    expect(features.normalisation).toEqual([
      { feature: '4h_top_far', method: 'none' },
      { feature: '1h_top_far', method: 'none' },
      { feature: '1h_bands.lower_raw', method: 'zscore' },
      { feature: '4h_swing_low', method: 'none' },
      { feature: '4h_swing_high', method: 'none' },
      { feature: '1h_ma_raw', method: 'none' },
    ]);
    expect(features.names).toEqual(strategy.features);
    expect(features.values).toHaveLength(30 * 6);
  });

  test('v2: timeframes from the finest, names in alphabetical order, then the lags', () => {
    const body = `
indicators: [{name: sma, feature_id: ma, period: 2}, {name: rsi, feature_id: Rsi, period: 3}]
fuzzy_sets:
  ma: {low: [0, 10, 20], High: [10, 20, 30]}
  Rsi: {x: [0, 10, 20]}`;
    const now = ['1h_Rsi_x', '1h_ma_High', '1h_ma_low', '1d_Rsi_x', '1d_ma_High', '1d_ma_low'];
    const lagged = [1, 2].flatMap((lag) => now.map((id) => `${id}_lag_${lag}`));
    expect(v2(['1d', '1h'], 2, body).features).toEqual([...now, ...lagged]);
  });
});

describe('values', () => {
  test('degrees of the indicator are undefined during its warm-up', () => {
    const strategy = v3(
      ['1h'],
      `${PACE}
nn_inputs: [{fuzzy_set: swing, timeframes: all}, {raw_indicator: ma, timeframes: all}]`,
    );
    const features = computeFeatures(strategy, byTimeframe(barsOfCloses([10, 14, 16, 24, 40])));
    expect(column(features, '1h_ma_raw')).toEqual([Number.NaN, 12, 15, 20, 32]);
    expect(column(features, '1h_swing_low')).toEqual([Number.NaN, 0.8, 0.5, 0, 0]);
    expect(column(features, '1h_swing_high')).toEqual([Number.NaN, 0.2, 0.5, 1, 0]);
  });

  test('degrees alone have 32 bits and equal the rounded 64-bit values', () => {
    const fuzzy = '{fuzzy_set: swing, timeframes: all}, {fuzzy_set: top, timeframes: all}';
    const bars = byTimeframe(randomBars({ length: 900, seed: 2, volatility: 0.2 }));
    const narrow = computeFeatures(v3(['1h'], `${PACE}\nnn_inputs: [${fuzzy}]`), bars);
    const raw = '{raw_indicator: ma, timeframes: all}';
    const wide = computeFeatures(v3(['1h'], `${PACE}\nnn_inputs: [${fuzzy}, ${raw}]`), bars);
    expect(narrow.values).toBeInstanceOf(Float32Array);
    expect(wide.values).toBeInstanceOf(Float64Array);
    for (const name of narrow.names) {
      expect(column(narrow, name)).toEqual(column(wide, name).map(Math.fround));
    }
  });

  test('price_ratio divides the price by the indicator; a division by 0 is undefined', () => {
    const strategy = v3(
      ['1h'],
      `
indicators: {quantity: {type: sma, period: 2, source: volume}}
fuzzy_sets:
  ratio: {indicator: quantity, input_transform: {type: price_ratio, reference: open}, is_5: [4, 5, 6]}
nn_inputs: [{fuzzy_set: ratio, timeframes: all}]`,
    );
    const bars = barsOfCloses([9, 10, 10, 10]);
    bars.volume.set([1, 3, -3, 4.5]);
    expect(column(computeFeatures(strategy, byTimeframe(bars)), '1h_ratio_is_5')).toEqual([
      Number.NaN,
      1,
      Number.NaN,
      0,
    ]);
  });

  test('lag k is the column k base bars ago', () => {
    const body = `
indicators: [{name: sma, feature_id: ma, period: 2}]
fuzzy_sets: {ma: {a: [90, 100, 110]}}`;
    const features = computeFeatures(v2(['1h'], 3, body), byTimeframe(randomBars({ length: 20, seed: 3 })));
    const now = column(features, '1h_ma_a');
    for (const lag of [1, 2, 3]) {
      const nothing = Array.from({ length: lag }, () => Number.NaN);
      expect(column(features, `1h_ma_a_lag_${lag}`)).toEqual([...nothing, ...now.slice(0, -lag)]);
    }
  });

  test('a daily bar is visible from the end of its day', () => {
    const strategy = v3(
      ['1h', '1d'],
      `
indicators: {last: {type: ema, period: 1}}
fuzzy_sets: {unused: {indicator: last, x: [0, 1, 2]}}
nn_inputs: [{raw_indicator: last, timeframes: [1d]}]`,
    );
    const hourly = randomBars({ length: 72, seed: 1, timeframe: '1h', start: Date.UTC(2024, 0, 2) });
    const daily = barsOfCloses([1, 2, 3], '1d');
    daily.time.forEach((_, day) => (daily.time[day] = Date.UTC(2024, 0, 2 + day)));
    const values = column(computeFeatures(strategy, byTimeframe(hourly, daily)), '1d_last_raw');
    // The bar that opens at 23:00 closes at 24:00, when the day's own bar has closed.
    expect(values).toEqual([
      ...Array.from({ length: 23 }, () => Number.NaN),
      ...Array.from({ length: 24 }, () => 1),
      ...Array.from({ length: 24 }, () => 2),
      3,
    ]);
  });

  test('warm-up: the first complete row comes after exactly the stated number of bars', () => {
    const body = `
indicators: [{name: macd, feature_id: m}, {name: rsi, feature_id: r, period: 5}]
fuzzy_sets: {m: {a: [-1, 0, 1]}, r: {a: [0, 50, 100]}}`;
    const strategy = v2(['1h'], 2, body);
    const warmUp = warmUpBars(strategy).get('1h')!;
    expect(warmUp).toBe(26 + 9 - 2 + 2);
    const { values, names } = computeFeatures(strategy, byTimeframe(randomBars({ length: 60, seed: 8 })));
    const complete = Array.from({ length: 60 }, (_, row) =>
      values.subarray(row * names.length, (row + 1) * names.length).every(Number.isFinite),
    );
    expect(complete.indexOf(true)).toBe(warmUp);
  });

  test('missing bars of a timeframe are an error of the caller', () => {
    const strategy = v3(['1h'], `${PACE}\nnn_inputs: [{fuzzy_set: swing, timeframes: all}]`);
    expect(() => computeFeatures(strategy, new Map())).toThrow('missing 1h bars');
  });
});

/** Every output of every indicator. */
const REFERENCES = FEATURE_INDICATOR_TYPES.flatMap(({ type, outputs }) =>
  outputs.map((output) => (outputs.length === 1 ? `${type}_x` : `${type}_x.${output}`)),
);

/** Every output of every indicator, raw and through several kinds of sets, plain and as a price ratio. */
function everyFeature(kinds: readonly MembershipType[] = MEMBERSHIP_TYPES): string {
  const indicators = FEATURE_INDICATOR_TYPES.map(({ type }) => `  ${type}_x: {type: ${type}}`);
  const shapes = {
    triangular: '0, 50, 120',
    trapezoidal: '0, 20, 60, 130',
    gaussian: '60, 40',
    sigmoid: '50, 0.05',
  };
  expect(Object.keys(shapes)).toEqual([...MEMBERSHIP_TYPES]);
  const memberships = kinds.map((type) => `${type}: {type: ${type}, parameters: [${shapes[type]}]}`);
  const sets = REFERENCES.flatMap((reference, index) => [
    `  plain${index}: {indicator: ${reference}, ${memberships.join(', ')}}`,
    `  ratio${index}: {indicator: ${reference}, input_transform: {type: price_ratio, reference: high}, at: {type: gaussian, parameters: [1, 0.2]}}`,
  ]);
  const inputs = [
    ...REFERENCES.map(
      (reference) => `  - {raw_indicator: ${reference}, timeframes: all, normalization: minmax}`,
    ),
    ...REFERENCES.flatMap((_, index) => [
      `  - {fuzzy_set: plain${index}, timeframes: all}`,
      `  - {fuzzy_set: ratio${index}, timeframes: all}`,
    ]),
  ];
  return `indicators:\n${indicators.join('\n')}\nfuzzy_sets:\n${sets.join('\n')}\nnn_inputs:\n${inputs.join('\n')}`;
}

/** The same bars up to `known` (exclusive), then a different future with other prices and volumes. */
function otherFuture(bars: Bars, known: number, seed: number): Bars {
  const random = seededRandom(seed);
  const changed = firstBars(bars, bars.length);
  for (let t = known; t < bars.length; t++) {
    const price = 1 + 1_000 * random();
    changed.open[t] = price;
    changed.close[t] = price * (0.5 + random());
    changed.high[t] = Math.max(price, changed.close[t]!) * (1 + random());
    changed.low[t] = Math.min(price, changed.close[t]!) * random();
    changed.volume[t] = 1e9 * random();
  }
  return changed;
}

/** The bars that have closed at a given time: everything that may be known then. */
function closedAt(bars: Bars, time: number): number {
  return bars.time.filter((open) => open + TIMEFRAME_MS[bars.timeframe] <= time).length;
}

function firstDifference(a: FeatureMatrix, b: FeatureMatrix, rows: number): string | null {
  for (let at = 0; at < rows * a.names.length; at++) {
    if (!Object.is(a.values[at], b.values[at]))
      return `${a.names[at % a.names.length]} of row ${Math.floor(at / a.names.length)}`;
  }
  return null;
}

describe('no feature looks ahead', () => {
  const single = v3(['1h'], everyFeature());
  const multi = v3(['15m', '1h', '1d'], everyFeature(['triangular']));
  const lagged = v2(
    ['15m', '1h'],
    3,
    `
indicators: [{name: rsi, period: 5}, {name: ema, period: 4}, {name: bbands, period: 6}, {name: macd}, {name: atr}, {name: sma}]
fuzzy_sets:
  rsi: {low: [0, 20, 60], high: [40, 80, 100]}
  ema: {at: {type: gaussian, parameters: [1, 0.01]}}
  bbands: {x: [0, 100, 200]}
  macd: {x: [-5, 0, 5]}
  atr: {x: [0, 1, 5]}
  sma: {x: [0.9, 1, 1.1]}`,
  );

  /** Changes everything that has not closed when a base bar closes. Rows up to it must not change. */
  function expectPast(
    strategy: Strategy,
    bars: ReadonlyMap<Timeframe, Bars>,
    row: number,
    seed: number,
  ): void {
    const base = bars.get(strategy.baseTimeframe)!;
    const now = base.time[row]! + TIMEFRAME_MS[base.timeframe];
    const changed = new Map(
      [...bars].map(([timeframe, series]) => [timeframe, otherFuture(series, closedAt(series, now), seed)]),
    );
    const before = computeFeatures(strategy, bars);
    const after = computeFeatures(strategy, changed);
    expect(firstDifference(before, after, row + 1)).toBeNull();
  }

  const seeds = fc.integer();

  test('a change of later bars changes no earlier row: every feature, one timeframe', () => {
    expect(single.features).toHaveLength(REFERENCES.length * (2 + MEMBERSHIP_TYPES.length));
    fc.assert(
      fc.property(seeds, fc.nat(119), fc.constantFrom(0, 0.3), (seed, row, gaps) => {
        expectPast(single, byTimeframe(randomBars({ length: 120, seed, gaps })), row, seed + 1);
      }),
      { numRuns: propertyRuns() },
    );
  });

  test.each([
    ['every feature, three timeframes', multi],
    ['lags, two timeframes', lagged],
  ])('a change of later bars changes no earlier row: %s', (_, strategy) => {
    fc.assert(
      fc.property(
        seeds,
        fc.nat(99),
        fc.constantFrom(0, 0.3),
        fc.integer({ min: -48, max: 48 }),
        (seed, row, gaps, shift) => {
          const start = Date.UTC(2024, 0, 10);
          const series = (timeframe: Timeframe, length: number, hours: number) =>
            randomBars({ length, seed, timeframe, gaps, start: start + hours * TIMEFRAME_MS['1h'] });
          const bars = byTimeframe(
            series('15m', 100, 0),
            series('1h', 130, -80 + shift),
            series('1d', 60, -24 * 50),
          );
          expectPast(strategy, bars, row, seed + 1);
        },
      ),
      { numRuns: propertyRuns() },
    );
  });

  test('a row is the same with and without the bars after it', () => {
    const bars = randomBars({ length: 250, seed: 77 });
    const whole = computeFeatures(single, byTimeframe(bars));
    for (const count of [1, 2, 60, 249]) {
      const part = computeFeatures(single, byTimeframe(firstBars(bars, count)));
      expect(firstDifference(part, whole, count)).toBeNull();
    }
  });

  test('the property can fail: a change of a bar does change rows from it on', () => {
    const bars = randomBars({ length: 250, seed: 6 });
    const before = computeFeatures(single, byTimeframe(bars));
    const after = computeFeatures(single, byTimeframe(otherFuture(bars, 200, 1)));
    const width = before.names.length;
    const changed = before.names.filter(
      (_, index) => before.values[200 * width + index] !== after.values[200 * width + index],
    );
    expect(changed.length).toBeGreaterThan(width / 2);
  });

  onRealBars('real hourly and daily bars: rows stay as they are', async () => {
    const strategy = v3(['1h', '1d'], everyFeature(['gaussian']));
    const hourly = firstBars(await readRealBars('AAPL', '1h'), 1_200);
    const bars = byTimeframe(hourly, await readRealBars('AAPL', '1d'));
    for (const row of [6, 7, 1_000]) expectPast(strategy, bars, row, row);
  });
});
