import { describe, expect, test } from '@jest/globals';
import { MOST_EQUITY_POINTS } from '@ktrdr/contracts';
import { propertyRuns } from '@ktrdr/contracts/testing';
import fc from 'fast-check';
import { backtest } from '../src/backtest.js';
import { equityPoints, shownSteps } from '../src/equity-points.js';
import type { BacktestSettings, SymbolSignals } from '../src/settings.js';
import { tradesCsv } from '../src/trades-csv.js';
import { randomSettings, randomSymbols } from './random-signals.js';
import { flat, FREE, type Row, signals } from './worked-bars.js';

const OPTIONS = { timeframe: '1h', inSample: false, seed: 1 } as const;
const DAY_MS = 86_400_000;

function report(symbols: SymbolSignals[], settings: Partial<BacktestSettings> = {}, pivotThreshold?: number) {
  return backtest(symbols, { ...FREE, ...settings }, { ...OPTIONS, pivotThreshold }).report;
}

/** Three trades: +10 %, -20 % and +50 % of what is there. */
const THREE: Row[] = [
  flat(100, 'BUY'),
  flat(100, 'SELL'),
  flat(110, 'BUY'),
  flat(100, 'SELL'),
  flat(80, 'BUY'),
  flat(100, 'SELL'),
  flat(150),
];

describe('figures', () => {
  test('of three trades, worked out by hand', () => {
    const { figures, by_symbol, luck, bars, start, end } = report([signals(THREE)]);
    // equity 1000, 1000, 1100, 1100, 880, 880, 1320
    const returns = [0, 0.1, 0, -0.2, 0, 0.5];
    const mean = 0.4 / 6;
    const deviation = Math.sqrt(returns.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 5);
    // 7 bars of less than a day count as the bars of a day, 5 days a week
    const yearly = 7 * 5 * (365.2425 / 7);
    expect(figures.net_return).toBeCloseTo(0.32, 12);
    expect(figures.gross_return).toBeCloseTo(0.32, 12);
    expect(figures.volatility).toBeCloseTo(deviation * Math.sqrt(yearly), 9);
    expect(figures.sharpe).toBeCloseTo((mean / deviation) * Math.sqrt(yearly), 9);
    expect(figures.sortino).toBeCloseTo((mean / Math.sqrt(0.04 / 6)) * Math.sqrt(yearly), 9);
    expect(figures.cagr! / (1.32 ** (yearly / 7) - 1)).toBeCloseTo(1, 9);
    expect(figures.calmar! / (figures.cagr! / 0.2)).toBeCloseTo(1, 9);
    expect(figures.max_drawdown).toEqual({
      depth: expect.closeTo(0.2, 12),
      from: '2024-01-08T03:00:00Z',
      bottom: '2024-01-08T04:00:00Z',
      recovered: '2024-01-08T06:00:00Z',
      bars: 3,
    });
    expect(figures.trades).toBe(3);
    expect(figures.profit_factor).toBeCloseTo((100 + 440) / 220, 9);
    expect(figures.hit_rate).toBeCloseTo(2 / 3, 12);
    expect(figures.expectancy).toBeCloseTo((0.1 - 0.2 + 0.5) / 3, 9);
    expect(figures.exposure).toBeCloseTo(3 / 7, 12);
    const traded = 1000 + 1100 + 1100 + 880 + 880 + 1320;
    expect(figures.turnover).toBeCloseTo(((traded / 1000) * yearly) / 7, 6);
    expect(figures.costs_paid).toBe(0);
    expect(by_symbol).toEqual([
      { symbol: 'AAPL', trades: 3, profit: expect.closeTo(320, 9), costs: 0, hit_rate: 2 / 3 },
    ]);
    expect({ bars, start, end }).toEqual({
      bars: 7,
      start: '2024-01-08T00:00:00Z',
      end: '2024-01-08T06:00:00Z',
    });
    expect(luck).toBeDefined();
  });

  test('the gross return is that of the same units without costs', () => {
    const { figures } = report([signals(THREE)], { commission_bps: 100 });
    expect(figures.gross_return - figures.net_return).toBeCloseTo(figures.costs_paid / 1000, 12);
    expect(figures.costs_paid).toBeGreaterThan(50);
  });

  test('are null where they are not defined', () => {
    const { figures, by_year } = report([signals([flat(100), flat(100), flat(100)])]);
    expect(figures).toMatchObject({ net_return: 0, cagr: 0, volatility: 0, sharpe: null, sortino: null });
    expect(figures).toMatchObject({ calmar: null, profit_factor: null, hit_rate: null, expectancy: null });
    expect(figures.max_drawdown).toEqual({ depth: 0, from: null, bottom: null, recovered: null, bars: 0 });
    expect(by_year).toEqual([{ year: 2024, net_return: 0, max_drawdown: 0, trades: 0 }]);
  });

  test('of a single bar are defined or null, never infinite', () => {
    expect(numbersOf(report([signals([flat(100, 'BUY')])]))).toEqual([]);
  });

  test('are never infinite or missing', () => {
    fc.assert(
      fc.property(randomSymbols, randomSettings, (symbols, settings) => {
        const result = backtest(symbols, settings, { ...OPTIONS, pivotThreshold: 0.05 });
        expect(numbersOf(result)).toEqual([]);
        const { by_symbol, figures } = result.report;
        const profit = by_symbol.reduce((sum, one) => sum + one.profit, 0);
        expect(profit / settings.capital).toBeCloseTo(figures.net_return, 9);
        expect(by_symbol.reduce((sum, one) => sum + one.trades, 0)).toBe(figures.trades);
        expect(result.report.by_year.reduce((sum, one) => sum + one.trades, 0)).toBe(figures.trades);
      }),
      { numRuns: propertyRuns() },
    );
  });
});

describe('years', () => {
  test('begin with the equity of the year before', () => {
    const days = Array.from({ length: 20 }, (_, t) =>
      flat(t < 3 ? 100 : t < 10 ? 120 : 90, t === 0 ? 'BUY' : undefined),
    );
    const bars = signals(days, 'AAPL', 0, 60 * DAY_MS);
    const { by_year } = backtest([bars], FREE, OPTIONS).report;
    expect(by_year).toEqual([
      { year: 2024, net_return: expect.closeTo(0.2, 12), max_drawdown: 0, trades: 0 },
      {
        year: 2025,
        net_return: expect.closeTo(-0.25, 12),
        max_drawdown: expect.closeTo(0.25, 12),
        trades: 0,
      },
      { year: 2026, net_return: 0, max_drawdown: 0, trades: 0 },
      { year: 2027, net_return: 0, max_drawdown: 0, trades: 1 },
    ]);
  });
});

describe('benchmarks', () => {
  test('buy and hold pays costs once for each side and takes equal parts', () => {
    const rising = signals([flat(100), flat(100), flat(121)], 'A');
    const falling = signals([flat(100), flat(100), flat(90)], 'B');
    const [hold, none, ...rest] = report([rising, falling], { commission_bps: 100 }).benchmarks;
    const units = 500 / 1.01 / 100;
    expect(hold!.net_return).toBeCloseTo((units * 121 * 0.99 + units * 90 * 0.99) / 1000 - 1, 12);
    expect(hold).toMatchObject({ name: 'buy_and_hold', trades: 2 });
    expect(none).toEqual({ name: 'always_flat', net_return: 0, sharpe: null, max_drawdown: 0, trades: 0 });
    expect(rest).toEqual([]);
  });

  test('the pivot rule follows the direction since the last confirmed pivot', () => {
    // +10 % is known at the close of bar 2, -10 % at bar 4: bought at the open of bar 3, sold at that of bar 5.
    const prices = [100, 100, 110, 115, 100, 90, 90];
    const { benchmarks } = report([signals(prices.map((price) => flat(price)))], {}, 0.1);
    expect(benchmarks[2]).toMatchObject({ name: 'pivot_direction', trades: 1 });
    expect(benchmarks[2]!.net_return).toBeCloseTo(90 / 115 - 1, 12);
  });
});

describe('the equity curve', () => {
  test('has few points, even steps and the deepest fall', () => {
    const equity = Float64Array.from({ length: 10_007 }, (_, t) => 1000 + t * 0.01);
    equity[5001] = 1200;
    equity[5003] = 600;
    const time = equity.map((_, t) => Date.UTC(2024, 0, 1) + t * 3_600_000);
    const steps = shownSteps(equity);
    const points = equityPoints({ time, equity }, '1h', steps, steps);
    expect(points.length).toBeLessThanOrEqual(MOST_EQUITY_POINTS);
    expect(points[0]!.equity).toBe(1000);
    expect(points.at(-1)!.equity).toBe(equity.at(-1));
    expect(points.map(({ equity: value }) => value)).toEqual(expect.arrayContaining([1200, 600]));
    expect(Math.max(...points.map(({ drawdown }) => drawdown))).toBeCloseTo(0.5, 12);
    const times = points.map((point) => Date.parse(point.time));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  test('of a few bars has all of them', () => {
    expect(report([signals(THREE)]).equity.map(({ equity }) => Math.round(equity))).toEqual([
      1000, 1000, 1100, 1100, 880, 880, 1320,
    ]);
  });

  test('is beside that of buy and hold, which ends with its return', () => {
    const { equity, benchmarks } = report([signals(THREE)]);
    const held = equity.map(({ buy_and_hold }) => buy_and_hold!);
    expect(held[0]).toBe(1000);
    expect(held.at(-1)! / 1000 - 1).toBeCloseTo(benchmarks[0]!.net_return, 12);
    expect(
      Math.max(...held.map((value) => 1 - value / Math.max(...held.slice(0, held.indexOf(value) + 1)))),
    ).toBeCloseTo(benchmarks[0]!.max_drawdown, 12);
  });
});

test('a short that loses everything is a warning', () => {
  const rows = [flat(100, 'SELL'), flat(100), flat(230), flat(100)];
  expect(report([signals(rows)], { allowShort: true }).warnings).toEqual([
    'A short position lost the whole capital at 2024-01-08T02:00:00Z: all positions were closed, and nothing was traded after it.',
  ]);
});

test('trades are rows, in JSON and in CSV', () => {
  const { trades } = backtest([signals([flat(100, 'BUY'), flat(100, 'SELL'), flat(120)])], FREE, OPTIONS);
  expect(trades).toEqual([
    {
      symbol: 'AAPL',
      direction: 'long',
      entry_time: '2024-01-08T01:00:00Z',
      entry_price: 100,
      exit_time: '2024-01-08T02:00:00Z',
      exit_price: 120,
      exit_reason: 'signal',
      quantity: 10,
      costs: 0,
      profit: 200,
      return: 0.2,
      bars: 1,
    },
  ]);
  expect(tradesCsv(trades)).toBe(
    'symbol,direction,entry_time,entry_price,exit_time,exit_price,exit_reason,quantity,costs,profit,return,bars\n' +
      'AAPL,long,2024-01-08T01:00:00Z,100,2024-01-08T02:00:00Z,120,signal,10,0,200,0.2,1\n',
  );
});

/** Paths of numbers that JSON cannot hold, and of missing values. */
function numbersOf(value: unknown, path = ''): string[] {
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [`${path}: ${value}`];
  if (value === undefined) return [`${path}: undefined`];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) => numbersOf(inner, `${path}.${key}`));
}
