import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Bars } from '@ktrdr/market-data';

import { computeIndicator } from '../test/compute-indicator.js';
import type { ParameterValues } from '../test/compute-indicator.js';
import { expectClose } from '../test/expect-close.js';
import { randomBars, withHalt } from '../test/random-bars.js';
import { onRealBars, readRealBars } from '../test/real-bars.js';
import { loadTalib } from '../testing/talib.js';
import type { Talib } from '../testing/talib.js';

/** Our parameters, and TA-Lib's outputs for them: all, or the first ones. */
interface Case {
  type: string;
  parameters: ParameterValues;
  expected: (talib: Talib, bars: Bars) => Float64Array[];
  /** Scale of the accuracy: `price` for differences of prices, or a number; 0 = relative to the value. */
  scale?: 'price' | number;
  /**
   * TA-Lib's running sums give noise when the market does not move. Our values there are tested in indicators.test.ts.
   */
  notInHalts?: true;
}

function cases(
  type: string,
  list: ParameterValues[],
  rest: (parameters: never) => Omit<Case, 'type' | 'parameters'>,
) {
  return list.map((parameters): Case => ({ type, parameters, ...rest(parameters as never) }));
}

const periods = (...values: number[]) => values.map((period) => ({ period }));
const on = (source: keyof Bars, list: ParameterValues[]) => list.map((entry) => ({ ...entry, source }));
type Period = { period: number };

const CASES: Case[] = [
  ...cases('rsi', on('close', periods(2, 3, 14, 100)), ({ period }: Period) => ({
    expected: (talib, { close }) => talib('RSI', [close], [period], 1),
  })),
  ...cases('sma', on('volume', periods(2, 20, 500)), ({ period }: Period) => ({
    expected: (talib, { volume }) => talib('SMA', [volume], [period], 1),
    scale: 1,
  })),
  ...cases('ema', on('high', periods(2, 20, 500)), ({ period }: Period) => ({
    expected: (talib, { high }) => talib('EMA', [high], [period], 1),
  })),
  ...cases('wma', on('low', periods(2, 20, 500)), ({ period }: Period) => ({
    expected: (talib, { low }) => talib('WMA', [low], [period], 1),
  })),
  ...cases(
    'macd',
    [
      { fast_period: 12, slow_period: 26, signal_period: 9 },
      { fast_period: 2, slow_period: 3, signal_period: 2 },
      { fast_period: 30, slow_period: 10, signal_period: 5 },
      { fast_period: 100, slow_period: 200, signal_period: 50 },
    ],
    (p: { fast_period: number; slow_period: number; signal_period: number }) => ({
      expected: (talib, { close }) =>
        talib('MACD', [close], [p.fast_period, p.slow_period, p.signal_period], 3),
      scale: 'price',
    }),
  ),
  ...cases(
    'stochastic',
    [
      { k_period: 14, smooth_k: 3, d_period: 3 },
      { k_period: 5, smooth_k: 1, d_period: 1 },
      { k_period: 1, smooth_k: 2, d_period: 20 },
      { k_period: 100, smooth_k: 20, d_period: 7 },
    ],
    (p: { k_period: number; smooth_k: number; d_period: number }) => ({
      expected: (talib, { high, low, close }) =>
        talib('STOCH', [high, low, close], [p.k_period, p.smooth_k, 0, p.d_period, 0], 2),
      scale: 1,
    }),
  ),
  ...cases('williamsr', periods(2, 14, 100), ({ period }: Period) => ({
    expected: (talib, { high, low, close }) => talib('WILLR', [high, low, close], [period], 1),
    scale: 1,
  })),
  ...cases('atr', periods(1, 2, 14, 100), ({ period }: Period) => ({
    expected: (talib, { high, low, close }) => talib('ATR', [high, low, close], [period], 1),
    scale: 'price',
  })),
  ...cases(
    'bollingerbands',
    [
      { period: 20, multiplier: 2 },
      { period: 5, multiplier: 0.5 },
      { period: 200, multiplier: 3 },
    ],
    ({ period, multiplier }: { period: number; multiplier: number }) => ({
      expected: (talib, { close }) => talib('BBANDS', [close], [period, multiplier, multiplier, 0], 3),
      notInHalts: true,
    }),
  ),
  ...cases('bollingerbandwidth', [{ period: 20, multiplier: 1.5 }], ({ period }: Period) => ({
    expected: (talib, { close }) => {
      const [upper, middle, lower] = talib('BBANDS', [close], [period, 1.5, 1.5, 0], 3);
      return [upper!.map((value, t) => (value - lower![t]!) / middle![t]!)];
    },
    scale: 1,
    notInHalts: true,
  })),
  ...cases('donchianchannels', periods(2, 20, 500), ({ period }: Period) => ({
    expected: (talib, { high, low }) => {
      const [upper] = talib('MAX', [high], [period], 1);
      const [lower] = talib('MIN', [low], [period], 1);
      return [upper!, upper!.map((value, t) => (value + lower![t]!) / 2), lower!];
    },
  })),
  ...cases(
    'ichimoku',
    [
      { tenkan_period: 9, kijun_period: 26, senkou_b_period: 52 },
      { tenkan_period: 30, kijun_period: 7, senkou_b_period: 200 },
    ],
    (p: { tenkan_period: number; kijun_period: number; senkou_b_period: number }) => ({
      expected: (talib, { high, low, close }) => {
        const middles = (period: number) => talib('MIDPRICE', [high, low], [period], 1)[0]!;
        const [tenkan, kijun] = [middles(p.tenkan_period), middles(p.kijun_period)];
        const senkouA = tenkan.map((value, t) => (value + kijun[t]!) / 2);
        return [tenkan, kijun, senkouA, middles(p.senkou_b_period), close];
      },
    }),
  ),
  ...cases('adx', periods(2, 14, 200), ({ period }: Period) => ({
    expected: (talib, { high, low, close }) =>
      ['ADX', 'PLUS_DI', 'MINUS_DI'].flatMap((name) => talib(name, [high, low, close], [period], 1)),
    scale: 1,
  })),
  ...cases(
    'parabolicsar',
    [
      [0.02, 0.2],
      [0.1, 1],
      [0.05, 0.01],
    ].map(([af, max]) => ({ initial_af: af!, step_af: af!, max_af: max! })),
    ({ step_af, max_af }: { step_af: number; max_af: number }) => ({
      expected: (talib, { high, low }) => talib('SAR', [high, low], [step_af, max_af], 1),
    }),
  ),
  ...cases('aroon', periods(2, 14, 200), ({ period }: Period) => ({
    expected: (talib, { high, low }) => {
      const [down, up] = talib('AROON', [high, low], [period], 2);
      return [up!, down!, ...talib('AROONOSC', [high, low], [period], 1)];
    },
    scale: 1,
  })),
  ...cases('cci', periods(2, 20, 100), ({ period }: Period) => ({
    expected: (talib, { high, low, close }) => talib('CCI', [high, low, close], [period], 1),
    scale: 1,
    notInHalts: true,
  })),
  ...cases('roc', on('open', periods(1, 10, 100)), ({ period }: Period) => ({
    expected: (talib, { open }) => talib('ROC', [open], [period], 1),
    scale: 1,
  })),
  ...cases('momentum', on('close', periods(1, 10, 100)), ({ period }: Period) => ({
    expected: (talib, { close }) => talib('MOM', [close], [period], 1),
    scale: 'price',
  })),
  ...cases('obv', [{}], () => ({
    expected: (talib, { close, volume }) => talib('OBV', [close, volume], [], 1),
  })),
  ...cases('mfi', periods(2, 14, 100), ({ period }: Period) => ({
    expected: (talib, { high, low, close, volume }) => talib('MFI', [high, low, close, volume], [period], 1),
    scale: 1,
  })),
  ...cases('adline', [{}], () => ({
    expected: (talib, { high, low, close, volume }) => talib('AD', [high, low, close, volume], [], 1),
    scale: 1,
  })),
  ...cases(
    'distancefromma',
    [{ period: 20 }, { period: 3, ma_type: 'ema' }],
    (p: Period & { ma_type?: string }) => ({
      expected: (talib, { close }) => {
        const [average] = talib(p.ma_type === 'ema' ? 'EMA' : 'SMA', [close], [p.period], 1);
        return [average!.map((value, t) => (100 * (close[t]! - value)) / value)];
      },
      scale: 1,
    }),
  ),
  ...cases('volumeratio', periods(2, 20, 100), ({ period }: Period) => ({
    expected: (talib, { volume }) =>
      talib('SMA', [volume], [period], 1).map((mean) => mean.map((v, t) => volume[t]! / v)),
    scale: 1,
    notInHalts: true,
  })),
];

describe('indicators match TA-Lib to 1e-9', () => {
  let talib: Talib;
  beforeAll(async () => {
    talib = await loadTalib();
  });

  function expectAgreement({ type, parameters, expected, scale = 0 }: Case, bars: Bars): void {
    const theirs = expected(talib, bars);
    const ours = computeIndicator(type, parameters, bars);
    expect(theirs.length).toBeGreaterThan(0);
    theirs.forEach((output, index) => {
      expectClose(ours[index]!, output, { scale: scale === 'price' ? 1e-3 * bars.close[0]! : scale });
    });
  }

  const titled = CASES.map((item) => [`${item.type} ${JSON.stringify(item.parameters)}`, item] as const);

  test.each(titled)('%s on random bars', (_, item) => {
    for (const seed of [1, 2, 3]) expectAgreement(item, randomBars({ length: 1_500, seed }));
  });

  test.each(titled.filter(([, { notInHalts }]) => notInHalts === undefined))(
    '%s with a market that does not move for a while',
    (_, item) => {
      const bars = withHalt(randomBars({ length: 1_500, seed: 4 }), 700, 1_250);
      // TA-Lib takes averages below 1e-14 as 0. Ours is relative to the price, and the same at a price of 100.
      const unit = 100 / bars.close[1_000]!;
      for (const column of ['open', 'high', 'low', 'close'] as const) {
        bars[column].forEach((value, t) => (bars[column][t] = value * unit));
      }
      expectAgreement(item, bars);
    },
  );

  onRealBars.each([
    ['AAPL', '1h'],
    ['EURUSD', '1h'],
    ['GOOG', '1d'],
  ] as const)('all on the real bars of %s %s', async (symbol, timeframe) => {
    const bars = await readRealBars(symbol, timeframe);
    for (const item of CASES) expectAgreement(item, bars);
  });
});
