import { readdirSync, readFileSync } from 'node:fs';

import { describe, expect, test } from '@jest/globals';
import { propertyRuns } from '@ktrdr/contracts/testing';
import fc from 'fast-check';

import { computeIndicator, withDefaults } from '../test/compute-indicator.js';
import type { ParameterValues } from '../test/compute-indicator.js';
import { barsOfCloses, firstBars, randomBars, withHalt } from '../test/random-bars.js';
import { BAR_COLUMNS, outputLookbacks } from './indicator.js';
import type { IndicatorType, ParameterDefinition } from './indicator.js';
import { FEATURE_INDICATOR_TYPES, findIndicatorType, indicatorType, INDICATOR_TYPES } from './registry.js';

/** Arbitrary parameter values. Longer periods need more bars without testing more. */
function anyValue(definition: ParameterDefinition): fc.Arbitrary<number | string | boolean> {
  switch (definition.kind) {
    case 'whole':
      return fc.integer({ min: definition.min, max: Math.min(definition.max, 60) });
    case 'real': {
      const low = definition.min ?? definition.above ?? 0;
      const high = definition.max ?? definition.below ?? 1;
      return fc.double({ min: low + (high - low) / 1_000, max: high - (high - low) / 1_000, noNaN: true });
    }
    case 'flag':
      return fc.boolean();
    case 'choice':
      return fc.constantFrom(...definition.options);
    case 'column':
      return fc.constantFrom(...BAR_COLUMNS);
  }
}

/** Any indicator with any parameters. */
const anyIndicator = fc
  .constantFrom(...FEATURE_INDICATOR_TYPES)
  .chain((type) =>
    fc.tuple(
      fc.constant(type),
      fc.record(
        Object.fromEntries(
          Object.entries(type.parameters).map(([name, definition]) => [name, anyValue(definition)]),
        ),
      ) as fc.Arbitrary<ParameterValues>,
    ),
  );

describe('the registry', () => {
  test('is in alphabetical order, and only zigzag must not enter a network', () => {
    const names = INDICATOR_TYPES.map(({ type }) => type);
    expect(names).toEqual(names.toSorted((a, b) => a.localeCompare(b)));
    expect(
      INDICATOR_TYPES.filter((type) => !FEATURE_INDICATOR_TYPES.includes(type)).map(({ type }) => type),
    ).toEqual(['zigzag']);
  });

  test('no name is ambiguous', () => {
    const names = INDICATOR_TYPES.flatMap(({ type, aliases }) => [type, ...Object.keys(aliases)]);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z]+$/);
  });

  test.each([
    ['RSI', 'rsi'],
    ['SimpleMovingAverage', 'sma'],
    ['BollingerBandsIndicator', 'bollingerbands'],
    ['bollinger_bands', 'bollingerbands'],
    ['bbands', 'bollingerbands'],
    ['stoch', 'stochastic'],
    ['williams_r', 'williamsr'],
    ['psar', 'parabolicsar'],
    ['SAR', 'parabolicsar'],
    ['Keltner-Channels', 'keltnerchannels'],
    ['kc', 'keltnerchannels'],
    ['donchian_channel', 'donchianchannels'],
    ['average directional index', 'adx'],
    ['ChaikinMoneyFlow', 'cmf'],
    ['accumulation_distribution', 'adline'],
    ['ADLineIndicator', 'adline'],
    ['volume_sma', 'sma'],
    ['FisherTransform', 'fishertransform'],
    ['DistanceFromMA', 'distancefromma'],
  ])('%s is %s', (name, type) => {
    expect(findIndicatorType(name)?.type.type).toBe(type);
  });

  test('every indicator of this folder is registered', () => {
    const folder = new URL('.', import.meta.url);
    const defined = readdirSync(folder)
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      .flatMap((file) => [
        ...readFileSync(new URL(file, folder), 'utf8').matchAll(/^ {2}type: '([a-z]+)',$/gm),
      ])
      .map(([, type]) => type);
    expect(defined.toSorted()).toEqual(INDICATOR_TYPES.map(({ type }) => type).toSorted());
  });

  test('every indicator has its oracles', () => {
    const oracles = ['talib.test.ts', 'formulas.test.ts'].map((file) =>
      readFileSync(new URL(file, import.meta.url), 'utf8'),
    );
    const compared = (type: string): boolean => oracles.some((text) => text.includes(`'${type}'`));
    const missing = [
      ...INDICATOR_TYPES.filter(({ type }) => !compared(type)).map(
        ({ type }) => `${type}: no case in talib.test.ts, and no formula in formulas.test.ts`,
      ),
      ...FEATURE_INDICATOR_TYPES.filter(({ type }) => FLAT[type] === undefined).map(
        ({ type }) => `${type}: no values for a market that never moves (FLAT in indicators.test.ts)`,
      ),
    ];
    expect(missing).toEqual([]);
  });
});

describe('every indicator, with any parameters', () => {
  test('each output has values from its lookback on, and none before', () => {
    fc.assert(
      fc.property(anyIndicator, fc.integer(), ([type, parameters], seed) => {
        const bars = randomBars({ length: 300, seed });
        bars.volume.fill(0, 0, 150);
        const withoutVolume = computeIndicator(type.type, parameters, bars);
        // A bar without volume has no volume-weighted price.
        bars.volume.forEach((volume, t) => (bars.volume[t] = volume + 1));
        const outputs = computeIndicator(type.type, parameters, bars);
        const lookbacks = outputLookbacks(type, parameters);
        expect(outputs).toHaveLength(type.outputs.length);
        expect(lookbacks).toHaveLength(type.outputs.length);
        outputs.forEach((output, index) => {
          expect(output).toHaveLength(bars.length);
          expect(withoutVolume[index]!.subarray(0, lookbacks[index]).every(Number.isNaN)).toBe(true);
          expect(output.findIndex(Number.isFinite)).toBe(lookbacks[index]);
          expect(output.subarray(lookbacks[index]).every(Number.isFinite)).toBe(true);
        });
      }),
      { numRuns: propertyRuns() },
    );
  });

  test('gives no values and no error for too few bars', () => {
    fc.assert(
      fc.property(anyIndicator, fc.nat(200), ([type, parameters], count) => {
        const lookbacks = outputLookbacks(type, parameters);
        const bars = randomBars({ length: Math.min(count, ...lookbacks), seed: count });
        return computeIndicator(type.type, parameters, bars).every(
          (output) => output.length === bars.length && output.every(Number.isNaN),
        );
      }),
      { numRuns: propertyRuns() },
    );
  });

  test('a value does not depend on later bars', () => {
    fc.assert(
      fc.property(
        anyIndicator,
        fc.integer(),
        fc.integer({ min: 0, max: 299 }),
        ([type, parameters], seed, cut) => {
          const bars = randomBars({ length: 300, seed });
          const whole = computeIndicator(type.type, parameters, bars);
          const part = computeIndicator(type.type, parameters, firstBars(bars, cut));
          return part.every((output, index) =>
            output.every((value, t) => Object.is(value, whole[index]![t])),
          );
        },
      ),
      { numRuns: propertyRuns() },
    );
  });

  test('the unit of prices and volumes scales an output, or leaves it alone', () => {
    const unit = (exponents: number[]) => fc.constantFrom(...exponents).map((exponent) => 2 ** exponent);
    fc.assert(
      fc.property(
        anyIndicator,
        fc.integer(),
        unit([-60, -30, 30, 60]),
        unit([-17, 17]),
        ([type, parameters], seed, price, volume) => {
          // Powers of two only change exponents, so that not even a rounding may differ.
          const bars = withHalt(randomBars({ length: 300, seed }), 100, 200);
          const scaled = firstBars(bars, bars.length);
          for (const column of ['open', 'high', 'low', 'close'] as const) {
            scaled[column].forEach((value, t) => (scaled[column][t] = value * price));
          }
          scaled.volume.forEach((value, t) => (scaled.volume[t] = value * volume));
          const before = computeIndicator(type.type, parameters, bars);
          computeIndicator(type.type, parameters, scaled).forEach((output, index) => {
            const factors = [1, price, volume].filter((factor) =>
              output.every((value, t) => Object.is(value + 0, before[index]![t]! * factor + 0)),
            );
            expect(factors).not.toEqual([]);
          });
        },
      ),
      { numRuns: propertyRuns() },
    );
  });

  test('does not change the bars', () => {
    const bars = randomBars({ length: 120, seed: 1 });
    const before = structuredClone(bars);
    for (const { type } of INDICATOR_TYPES) {
      computeIndicator(type, {}, bars).forEach((output) => output.fill(0));
      expect(bars).toEqual(before);
    }
  });
});

/** Outputs at the last of 120 bars without movement, at a price of 42 and a volume of 10. */
const FLAT: Readonly<Record<string, readonly number[]>> = {
  adline: [0, 0, 0, 0, 0, 0],
  adx: [0, 0, 0],
  aroon: [100, 100, 0],
  atr: [0],
  bollingerbands: [42, 42, 42],
  bollingerbandwidth: [0],
  cci: [0],
  cmf: [0, 0, 0, 0, 0, 0, 0, 0],
  distancefromma: [0],
  donchianchannels: [42, 42, 42],
  ema: [42],
  fishertransform: [0, 0],
  ichimoku: [42, 42, 42, 42, 42],
  keltnerchannels: [42, 42, 42],
  macd: [0, 0, 0],
  mfi: [0],
  momentum: [0],
  obv: [10],
  parabolicsar: [42],
  roc: [0],
  rsi: [0],
  rvi: [0, 0],
  sma: [42],
  squeezeintensity: [0],
  stochastic: [0, 0],
  supertrend: [42, -1],
  volumeratio: [1],
  vwap: [42],
  williamsr: [0],
  wma: [42],
};

/** Outputs that depend only on volume, for bars without volume. */
const WITHOUT_VOLUME: Readonly<Record<string, readonly number[]>> = {
  cmf: [0, 0, 0, 0, 0, 0, 0, 0],
  adline: [0, 0, 0, 0, 0, 0],
  mfi: [0],
  obv: [0],
  volumeratio: [1],
  vwap: [Number.NaN],
};

/**
 * Indicators whose past values fade but never vanish. A new indicator of this kind fails the test of a huge value until it
 * is listed here.
 */
const RECURSIVE = ['adline', 'adx', 'atr', 'cmf', 'ema', 'fishertransform', 'keltnerchannels', 'macd', 'obv'];
RECURSIVE.push('parabolicsar', 'rsi', 'squeezeintensity', 'supertrend');

describe('edges', () => {
  const flat = (length: number, volume: number) => {
    const bars = barsOfCloses(Array.from({ length }, () => 42));
    bars.volume.fill(volume);
    return bars;
  };
  const lastOf = (outputs: Float64Array[]) => outputs.map((output) => output.at(-1)! + 0);

  test.each(Object.keys(FLAT))('%s of a market without movement', (type) => {
    expect(lastOf(computeIndicator(type, {}, flat(120, 10)))).toEqual(FLAT[type]);
  });

  test.each(Object.entries(WITHOUT_VOLUME))('%s without volume', (type, expected) => {
    const bars = randomBars({ length: 120, seed: 1 });
    bars.volume.fill(0);
    const outputs = computeIndicator(type, {}, bars);
    // The position of the close in its bar needs no volume.
    const multiplier = indicatorType(type).outputs.indexOf('mf_multiplier');
    if (multiplier >= 0) outputs[multiplier]!.fill(0);
    expect(lastOf(outputs)).toEqual(expected);
  });

  test('a halt of years gives finite values, and the indicator recovers after it', () => {
    const bars = withHalt(randomBars({ length: 21_000, seed: 5 }), 500, 20_500);
    for (const { type } of FEATURE_INDICATOR_TYPES) {
      for (const output of computeIndicator(type, {}, bars)) {
        if (type !== 'vwap') expect(output.subarray(100).every(Number.isFinite)).toBe(true);
        expect(new Set(output.subarray(20_700)).size).toBeGreaterThan(1);
      }
    }
  });

  test.each(FEATURE_INDICATOR_TYPES.map(({ type }) => type).filter((type) => !RECURSIVE.includes(type)))(
    '%s: a huge value has no effect after it has left the window',
    (type) => {
      const bars = randomBars({ length: 400, seed: 4 });
      const clean = computeIndicator(type, {}, bars);
      for (const column of BAR_COLUMNS) bars[column][100] = 1e18;
      const after = computeIndicator(type, {}, bars);
      const gone = 102 + Math.max(...outputLookbacks(indicatorType(type), withDefaults(type, {})));
      after.forEach((output, index) => expect(output.subarray(gone)).toEqual(clean[index]!.subarray(gone)));
    },
  );

  test('only gains: rsi, mfi, aroon and the stochastic at their upper end', () => {
    const bars = barsOfCloses(Array.from({ length: 60 }, (_, t) => 10 + t));
    bars.volume.fill(5);
    const first = (type: string) => computeIndicator(type, {}, bars)[0]![59];
    expect([first('rsi'), first('mfi'), first('aroon'), first('stochastic')]).toEqual([100, 100, 100, 100]);
  });

  test.each<[string, ParameterValues, (index: number) => number]>([
    ['ema', { period: 1, source: 'open' }, (t) => randomCloses.open[t]!],
    ['distancefromma', { period: 1 }, () => 0],
    ['distancefromma', { period: 1, ma_type: 'ema' }, () => 0],
    ['vwap', { period: 1, use_typical_price: false }, (t) => randomCloses.close[t]!],
    ['macd', { fast_period: 1, slow_period: 1, signal_period: 1 }, () => 0],
  ])('%s %j with a window of one bar is the identity', (type, parameters, expected) => {
    const [output] = computeIndicator(type, parameters, randomCloses);
    output!.forEach((value, t) => expect(value).toBeCloseTo(expected(t), 10));
  });

  test('parabolicsar: the first acceleration may differ from the step', () => {
    // With a rise of 1 per bar, the stop approaches the newest high by the previous bar's factor.
    const bars = barsOfCloses([10, 11, 12, 13, 14]);
    const [stops] = computeIndicator('parabolicsar', { initial_af: 0.05, step_af: 0.1, max_af: 0.2 }, bars);
    const expected = [Number.NaN, 10, 10 + 0.05 * 1];
    expected.push(Math.min(11, expected[2]! + 0.15 * (12 - expected[2]!)));
    expected.push(expected[3]! + 0.2 * (13 - expected[3]!));
    expect([...stops!].map((stop) => Math.round(stop * 1e9) / 1e9)).toEqual(
      expected.map((stop) => Math.round(stop * 1e9) / 1e9),
    );
  });

  test('zigzag: values only at confirmed turning points', () => {
    const bars = barsOfCloses([100, 110, 120, 108, 90, 99, 100]);
    const [pivots] = computeIndicator('zigzag', { threshold: 0.1 }, bars);
    expect([...pivots!]).toEqual([100, NaN, 120, NaN, 90, NaN, NaN]);
  });
});

const randomCloses = (() => {
  const bars = randomBars({ length: 50, seed: 9 });
  bars.volume.forEach((volume, t) => (bars.volume[t] = volume + 1));
  return bars;
})();

test('an unknown type is an error of the caller', () => {
  expect(() => indicatorType('nothing')).toThrow('unknown indicator type nothing');
  const unknown: IndicatorType | undefined = findIndicatorType('nothing')?.type;
  expect(unknown).toBeUndefined();
});
