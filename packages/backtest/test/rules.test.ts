import { describe, expect, test } from '@jest/globals';
import { EXIT_REASONS } from '@ktrdr/contracts';
import type { BacktestSettings, SymbolSignals } from '../src/settings.js';
import { simulate } from '../src/simulate.js';
import { flat, FREE, HOUR_MS, type Row, signals } from './worked-bars.js';

/** What happened: `long 1@100 -> 3@120 signal` is a long position from the open of bar 1 at 100 to bar 3 at 120. */
function run(symbols: SymbolSignals | SymbolSignals[], settings: Partial<BacktestSettings> = {}) {
  const { equity, trades, ...rest } = simulate([symbols].flat(), { ...FREE, ...settings });
  const shown = Array.from({ length: trades.length }, (_, row) => {
    const direction = trades.direction[row] === 1 ? 'long' : 'short';
    const entry = `${trades.entryBar[row]}@${trades.entryPrice[row]}`;
    const exit = `${trades.exitBar[row]}@${Number(trades.exitPrice[row]!.toFixed(6))}`;
    return `${direction} ${entry} -> ${exit} ${EXIT_REASONS[trades.exitReason[row]!]}`;
  });
  return {
    equity: [...equity].map((value) => Number(value.toFixed(6))),
    trades: shown,
    columns: trades,
    ...rest,
  };
}

describe('a decision', () => {
  test('at the close of a bar is filled at the open of the next', () => {
    const rows: Row[] = [flat(90, 'BUY'), [100, 125, 95, 110, 'SELL'], [120, 130, 80, 90]];
    const { equity, trades } = run(signals(rows));
    expect(trades).toEqual(['long 1@100 -> 2@120 signal']);
    expect(equity).toEqual([1000, 1100, 1200]);
  });

  test('at the last close is not filled; an open position is closed at that close', () => {
    const { equity, trades } = run(signals([flat(100, 'BUY'), flat(100), [104, 106, 103, 105, 'SELL']]));
    expect(trades).toEqual(['long 1@100 -> 2@105 end']);
    expect(equity).toEqual([1000, 1000, 1050]);
    expect(run(signals([flat(100), flat(100, 'BUY')])).trades).toEqual([]);
  });

  test('is filled at the next bar of its own symbol, however late', () => {
    const late = signals([flat(100, 'BUY'), flat(110), flat(121)], 'LATE', 0, 5 * HOUR_MS);
    const { trades, equity, time } = run([late, signals([flat(1), flat(1), flat(1)], 'OTHER')], {
      sizing: { type: 'fixed_fraction', fraction: 1 },
    });
    expect(trades).toEqual(['long 1@110 -> 2@121 end']);
    expect([...time].map((at) => (at - time[0]!) / HOUR_MS)).toEqual([0, 1, 2, 5, 10]);
    expect(equity).toEqual([1000, 1000, 1000, 1000, 1100]);
  });
});

describe('a SELL', () => {
  test('from flat opens a short position only where that is allowed', () => {
    const bars = signals([flat(100, 'SELL'), flat(100), flat(80, 'BUY'), flat(80)]);
    expect(run(bars).trades).toEqual(['long 3@80 -> 3@80 end']);
    const { equity, trades } = run(bars, { allowShort: true });
    expect(trades).toEqual(['short 1@100 -> 3@80 signal']);
    expect(equity).toEqual([1000, 1000, 1200, 1200]);
  });

  test('with a long position closes it, and only the next one opens a short position', () => {
    const rows = [flat(100, 'BUY'), flat(100, 'SELL'), flat(100, 'SELL'), flat(90), flat(90)];
    expect(run(signals(rows), { allowShort: true }).trades).toEqual([
      'long 1@100 -> 2@100 signal',
      'short 3@90 -> 4@90 end',
    ]);
  });

  test('a BUY with a short position closes it, and only the next one opens a long position', () => {
    const rows = [flat(100, 'SELL'), flat(100, 'BUY'), flat(100, 'BUY'), flat(90), flat(99)];
    expect(run(signals(rows), { allowShort: true }).trades).toEqual([
      'short 1@100 -> 2@100 signal',
      'long 3@90 -> 4@99 end',
    ]);
  });
});

describe('costs', () => {
  test('are commission, slippage and half the spread of the value of each side', () => {
    // 0.5 % + 0.25 % + half of 0.5 % = 1 % a side. 1,010 buy units for 1,000.
    const { equity, columns } = run(signals([flat(100, 'BUY'), flat(100, 'SELL'), flat(120)]), {
      capital: 1010,
      commission_bps: 50,
      slippage_bps: 25,
      spread_bps: 50,
    });
    expect(columns.quantity[0]).toBeCloseTo(10, 9);
    expect(columns.costs[0]).toBeCloseTo(10 + 12, 9);
    expect(columns.profit[0]).toBeCloseTo(200 - 22, 9);
    expect(equity).toEqual([1010, 1000, 1188]);
  });

  test('of a short position are paid on its value as well', () => {
    const { equity, columns } = run(signals([flat(100, 'SELL'), flat(100, 'BUY'), flat(80)]), {
      capital: 1010,
      commission_bps: 100,
      allowShort: true,
    });
    expect(columns.profit[0]).toBeCloseTo(200 - 10 - 8, 9);
    expect(equity).toEqual([1010, 1000, 1192]);
  });
});

describe('the minimum separation', () => {
  const rows = [
    flat(100, 'BUY'),
    flat(100, 'SELL'),
    flat(100, 'SELL'),
    flat(100, 'BUY'),
    flat(100),
    flat(100),
  ];

  test('counts from bar to bar of executed decisions', () => {
    expect(run(signals(rows)).trades).toEqual(['long 1@100 -> 2@100 signal', 'long 4@100 -> 5@100 end']);
    // The first SELL comes 1 h after the BUY and is left out; the second comes 2 h after it.
    expect(run(signals(rows), { minSeparation: 2 * HOUR_MS }).trades).toEqual(['long 1@100 -> 3@100 signal']);
  });

  test('does not count decisions without a fill, stops or targets', () => {
    const early = [flat(100, 'SELL'), flat(100, 'BUY'), flat(100), flat(100)];
    expect(run(signals(early), { minSeparation: 9 * HOUR_MS }).trades).toEqual(['long 2@100 -> 3@100 end']);
    const stopped: Row[] = [
      flat(100, 'BUY'),
      [100, 100, 90, 95],
      flat(95),
      flat(95, 'BUY'),
      flat(95),
      flat(95),
    ];
    expect(run(signals(stopped), { minSeparation: 3 * HOUR_MS, stopLoss: 0.05 }).trades).toEqual([
      'long 1@100 -> 1@95 stop_loss',
      'long 4@95 -> 5@95 end',
    ]);
  });
});

describe('a repeated BUY', () => {
  const rows = [flat(100, 'BUY'), flat(100), flat(50, 'BUY'), flat(50), flat(50)];
  const half: Partial<BacktestSettings> = { sizing: { type: 'fixed_fraction', fraction: 0.5 } };

  test('changes nothing with position awareness', () => {
    const { columns, equity } = run(signals(rows), half);
    expect([...columns.quantity]).toEqual([5]);
    expect(equity).toEqual([1000, 1000, 750, 750, 750]);
  });

  test('otherwise increases the position to half of the present capital', () => {
    // 375 allowed, 250 held: 2.5 units more at 50. Mean price (500 + 125) / 7.5.
    const { columns, trades } = run(signals(rows), { ...half, positionAwareness: false });
    expect([...columns.quantity]).toEqual([7.5]);
    expect(columns.entryPrice[0]).toBeCloseTo(625 / 7.5, 9);
    expect(columns.profit[0]).toBeCloseTo(7.5 * 50 - 625, 9);
    expect(trades).toHaveLength(1);
  });

  test('never reduces a position that has grown', () => {
    const grown = [flat(100, 'BUY'), flat(100), flat(200, 'BUY'), flat(200), flat(200)];
    expect([...run(signals(grown), { ...half, positionAwareness: false }).columns.quantity]).toEqual([5]);
  });
});

describe('stop and target', () => {
  const both: Partial<BacktestSettings> = { stopLoss: 0.05, takeProfit: 0.1, allowShort: true };
  const after = (bar: Row, decision: 'BUY' | 'SELL' = 'BUY') =>
    run(signals([flat(100, decision), flat(100), bar, flat(100)]), both).trades;

  test('are filled at their price within a bar', () => {
    expect(after([100, 101, 94, 100])).toEqual(['long 1@100 -> 2@95 stop_loss']);
    expect(after([100, 112, 99, 100])).toEqual(['long 1@100 -> 2@110 take_profit']);
    expect(after([100, 106, 99, 100], 'SELL')).toEqual(['short 1@100 -> 2@105 stop_loss']);
    expect(after([100, 101, 88, 100], 'SELL')).toEqual(['short 1@100 -> 2@90 take_profit']);
  });

  test('count from the bar of the entry on', () => {
    const rows: Row[] = [flat(100, 'BUY'), [100, 101, 94, 100], flat(100)];
    expect(run(signals(rows), both).trades).toEqual(['long 1@100 -> 1@95 stop_loss']);
  });

  test('the stop counts where a bar reaches both', () => {
    expect(after([100, 120, 80, 100])).toEqual(['long 1@100 -> 2@95 stop_loss']);
    expect(after([100, 120, 80, 100], 'SELL')).toEqual(['short 1@100 -> 2@105 stop_loss']);
  });

  test('a gap beyond one of them is filled at the open', () => {
    expect(after([90, 91, 89, 90])).toEqual(['long 1@100 -> 2@90 stop_loss']);
    expect(after([120, 121, 119, 120])).toEqual(['long 1@100 -> 2@120 take_profit']);
    expect(after([107, 108, 106, 107], 'SELL')).toEqual(['short 1@100 -> 2@107 stop_loss']);
    // The open is the first price: it fills the target although the stop is reached later.
    expect(after([115, 116, 80, 90])).toEqual(['long 1@100 -> 2@115 take_profit']);
  });

  test('exactly at the price they are reached', () => {
    expect(after([100, 100, 95, 100])).toEqual(['long 1@100 -> 2@95 stop_loss']);
    expect(after([100, 110.00000000000001, 100, 100])).toEqual(['long 1@100 -> 2@110 take_profit']);
  });

  test('a decision is filled at the open, before either of them', () => {
    const rows: Row[] = [flat(100, 'BUY'), flat(100, 'SELL'), [90, 90, 90, 90], flat(90)];
    expect(run(signals(rows), both).trades).toEqual(['long 1@100 -> 2@90 signal']);
  });
});

describe('a size', () => {
  test('of a fixed fraction includes the costs of the entry', () => {
    const { columns } = run(signals([flat(100, 'BUY'), flat(100), flat(100)]), {
      sizing: { type: 'fixed_fraction', fraction: 0.2 },
      commission_bps: 100,
    });
    expect(columns.quantity[0]).toBeCloseTo(200 / 1.01 / 100, 9);
  });

  test('of a volatility target comes from the returns before the entry', () => {
    // Weekly closes that alternate between 100 and 110: 20 returns of +10 % and -9.0909 %, so a sample standard deviation of
    // 9.5454 % * sqrt(20 / 19), and 365.2425 / 7 bars a year.
    const rows = Array.from({ length: 23 }, (_, t) =>
      flat(t % 2 === 0 ? 100 : 110, t === 20 ? 'BUY' : undefined),
    );
    const bars = signals(rows, 'AAPL', 0, 7 * 24 * HOUR_MS);
    const yearly = ((0.1 + 1 / 11) / 2) * Math.sqrt(20 / 19) * Math.sqrt(365.2425 / 7);
    const target = (annual: number) =>
      run(bars, { sizing: { type: 'volatility_target', annual_volatility: annual } }).columns;
    expect(target(0.1).quantity[0]).toBeCloseTo(((0.1 / yearly) * 1000) / 110, 9);
    // never more than all of the capital
    expect(target(10).quantity[0]).toBeCloseTo(1000 / 110, 9);
  });

  test('a volatility target opens nothing before 20 returns are known', () => {
    const rows = Array.from({ length: 23 }, (_, t) =>
      flat(t % 2 === 0 ? 100 : 110, t === 19 ? 'BUY' : undefined),
    );
    const sizing = { type: 'volatility_target' as const, annual_volatility: 0.1 };
    expect(run(signals(rows), { sizing }).trades).toEqual([]);
  });
});

describe('several symbols', () => {
  const one = (decision: 'BUY' | undefined, prices: number[], symbol: string): SymbolSignals =>
    signals(
      prices.map((price, t) => flat(price, t === 0 ? decision : undefined)),
      symbol,
    );

  test('share the capital in equal parts', () => {
    const { columns, equity } = run([one('BUY', [10, 10, 12], 'A'), one('BUY', [50, 50, 45], 'B')]);
    expect([...columns.quantity]).toEqual([50, 10]);
    expect(equity).toEqual([1000, 1000, 1050]);
  });

  test('a part is not used by another symbol', () => {
    const { columns } = run([one('BUY', [10, 10, 12], 'A'), one(undefined, [50, 50, 45], 'B')]);
    expect([...columns.quantity]).toEqual([50]);
  });

  test('get the same share of what they want where it is more than the free capital', () => {
    const { columns } = run([one('BUY', [10, 10, 12], 'A'), one('BUY', [50, 50, 45], 'B')], {
      sizing: { type: 'fixed_fraction', fraction: 0.8 },
    });
    expect([...columns.quantity]).toEqual([50, 10]);
  });

  test('a position that is closed frees its capital for one opened at the same time', () => {
    const a = signals([flat(10, 'BUY'), flat(10, 'SELL'), flat(20), flat(20)], 'A');
    const b = signals([flat(50), flat(50, 'BUY'), flat(50), flat(50)], 'B');
    const { columns } = run([b, a], { sizing: { type: 'fixed_fraction', fraction: 1 } });
    expect([...columns.quantity]).toEqual([100, 40]);
  });

  test('a position ends with the bars of its symbol', () => {
    const { trades, equity } = run([one('BUY', [10, 10, 12], 'A'), one(undefined, [5, 5, 5, 5, 5], 'B')]);
    expect(trades).toEqual(['long 1@10 -> 2@12 end']);
    expect(equity).toEqual([1000, 1000, 1100, 1100, 1100]);
  });
});

test('a short position that loses all of the capital ends the trading', () => {
  const rows = [flat(100, 'SELL'), flat(100), flat(230, 'SELL'), flat(100), flat(100)];
  const { trades, equity, ruinedAt } = run(signals(rows), { allowShort: true });
  expect(trades).toEqual(['short 1@100 -> 2@230 ruin']);
  expect(equity).toEqual([1000, 1000, -300, -300, -300]);
  expect(ruinedAt).toBe(2);
});

test('exposure counts the bars with a position, also one that a stop closes within the bar', () => {
  const rows: Row[] = [
    flat(100, 'BUY'),
    [100, 100, 90, 95],
    flat(95, 'BUY'),
    flat(95, 'SELL'),
    flat(95),
    flat(95),
  ];
  const { exposedSteps, tradedValue } = run(signals(rows), { stopLoss: 0.05 });
  // in the market at bar 1 (stopped) and bar 3; sold at the open of bar 4
  expect(exposedSteps).toBe(2);
  expect(tradedValue).toBeCloseTo(1000 + 950 + 950 + 950, 9);
});
