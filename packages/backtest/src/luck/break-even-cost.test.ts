import { expect, test } from '@jest/globals';
import { DEFAULT_SETTINGS, type BacktestSettings } from '../settings.js';
import { simulate } from '../simulate.js';
import { breakEvenCost } from './break-even-cost.js';

const prices = [100, 100, 110, 105, 100, 104, 99, 99];
const bars = {
  time: Float64Array.from(prices.keys()).map((hour) => hour * 3_600_000),
  open: Float64Array.from(prices),
  high: Float64Array.from(prices),
  low: Float64Array.from(prices),
  close: Float64Array.from(prices),
  length: prices.length,
};
const trade = (decision: number[], commission: number, settings: Partial<BacktestSettings> = {}) =>
  simulate([{ symbol: 'A', bars, decision: Int8Array.from(decision) }], {
    ...DEFAULT_SETTINGS,
    ...settings,
    slippage_bps: 0,
    spread_bps: 0,
    commission_bps: commission,
  });

test('is exact for one trade: 100 to 110 earns 10 of a traded value of 210, on each side', () => {
  const long = [1, -1, 0, 0, 0, 0, 0, 0];
  const cost = breakEvenCost(trade(long, 0).trades)!;
  expect(cost).toBeCloseTo((2 * 10 * 10_000) / 210, 8);
  expect(trade(long, cost / 2).equity.at(-1)).toBeCloseTo(DEFAULT_SETTINGS.capital, 8);
});

test('does not depend on the costs that the trades paid, and is below 0 for trades that lose without costs', () => {
  const long = [1, -1, 0, 0, 0, 0, 0, 0];
  expect(breakEvenCost(trade(long, 50).trades)).toBeCloseTo(breakEvenCost(trade(long, 0).trades)!, 8);
  expect(breakEvenCost(trade([0, 1, 0, -1, 0, 0, 0, 0], 0).trades)).toBeLessThan(0);
  expect(breakEvenCost(trade([0, 0, 0, 0, 0, 0, 0, 0], 0).trades)).toBeNull();
});

test('a backtest with these costs ends near 0, with long and short trades', () => {
  const both = [1, -1, -1, 0, 1, -1, -1, 0];
  const cost = breakEvenCost(trade(both, 5, { allowShort: true }).trades)!;
  const { equity, trades } = trade(both, cost / 2, { allowShort: true });
  expect(trades.length).toBeGreaterThan(2);
  expect(equity.at(-1)! / DEFAULT_SETTINGS.capital).toBeCloseTo(1, 2);
});
