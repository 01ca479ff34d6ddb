import { describe, expect, test } from '@jest/globals';
import { EXIT_REASONS } from '@ktrdr/contracts';
import { propertyRuns } from '@ktrdr/contracts/testing';
import fc from 'fast-check';
import { barsPerYear } from '../src/bars-per-year.js';
import type { SymbolSignals } from '../src/settings.js';
import { simulate } from '../src/simulate.js';
import type { Simulation } from '../src/simulation.js';
import { randomSettings, randomSymbols } from './random-signals.js';
import { slowSimulation, type SlowTrade } from './slow-simulation.js';

const PRECISION = 1e-9;

function tradesOf({ trades }: Simulation, symbols: readonly SymbolSignals[]): SlowTrade[] {
  return Array.from({ length: trades.length }, (_, row) => {
    const { symbol, bars } = symbols[trades.symbol[row]!]!;
    return {
      symbol,
      direction: trades.direction[row]!,
      entryTime: bars.time[trades.entryBar[row]!]!,
      entryPrice: trades.entryPrice[row]!,
      exitTime: bars.time[trades.exitBar[row]!]!,
      exitPrice: trades.exitPrice[row]!,
      quantity: trades.quantity[row]!,
      costs: trades.costs[row]!,
      profit: trades.profit[row]!,
      reason: EXIT_REASONS[trades.exitReason[row]!]!,
    };
  });
}

/** Throws unless the numbers are within 1e-9 of the larger of `scale` and the expected one. */
function expectClose(actual: number, expected: number, scale: number): void {
  const difference = Math.abs(actual - expected);
  // `expect` costs more than a simulation: only a difference reaches it
  if (!(difference <= PRECISION * Math.max(scale, Math.abs(expected)))) expect(actual).toBe(expected);
}

describe('a simulation', () => {
  test('agrees with the slow and obvious one', () => {
    fc.assert(
      fc.property(randomSymbols, randomSettings, (symbols, settings) => {
        const fast = simulate(symbols, settings);
        const years = symbols.map(({ bars }) => barsPerYear(bars.time));
        const slow = slowSimulation(symbols, settings, years);
        const scale = settings.capital;
        const trades = tradesOf(fast, symbols);
        expect(trades.length).toBe(slow.trades.length);
        trades.forEach((trade, row) => {
          const expected = slow.trades[row]!;
          const { entryPrice, exitPrice, quantity, costs, profit, ...names } = trade;
          expectClose(entryPrice, expected.entryPrice, 0);
          expectClose(exitPrice, expected.exitPrice, 0);
          expectClose(quantity, expected.quantity, 0);
          expectClose(costs, expected.costs, scale);
          expectClose(profit, expected.profit, scale);
          expect(expected).toMatchObject(names);
        });
        expect([...fast.time]).toEqual(slow.equity.map(({ time }) => time));
        fast.equity.forEach((value, step) => expectClose(value, slow.equity[step]!.value, scale));
        expect(fast.exposedSteps).toBe(slow.equity.filter(({ exposed }) => exposed).length);
      }),
      { numRuns: 3 * propertyRuns() },
    );
  });

  test('does not change the past when later bars change', () => {
    fc.assert(
      fc.property(randomSymbols, randomSettings, fc.nat(), (symbols, settings, pick) => {
        const before = simulate(symbols, settings);
        const known = pick % before.time.length;
        const changed = symbols.map((symbol) => changeAfter(symbol, before.time[known]!));
        const after = simulate(changed, settings);
        expect([...after.equity.subarray(0, known + 1)]).toEqual([...before.equity.subarray(0, known + 1)]);
        // A ruin closes a symbol without a bar at that time at its last bar before it.
        const past = (trades: SlowTrade[]) =>
          trades.filter(({ exitTime, reason }) => exitTime <= before.time[known]! && reason !== 'ruin');
        expect(past(tradesOf(after, changed))).toEqual(past(tradesOf(before, symbols)));
      }),
      { numRuns: propertyRuns() },
    );
  });

  test('the profits of the trades add up to the change of the equity', () => {
    fc.assert(
      fc.property(randomSymbols, randomSettings, (symbols, settings) => {
        const { equity, trades } = simulate(symbols, settings);
        const profit = trades.profit.reduce((sum, value) => sum + value, 0);
        expectClose(equity.at(-1)! - settings.capital, profit, settings.capital);
      }),
      { numRuns: propertyRuns() },
    );
  });

  test('does not depend on the order of the symbols', () => {
    fc.assert(
      fc.property(randomSymbols, randomSettings, (symbols, settings) => {
        const { equity } = simulate(symbols, settings);
        const turned = simulate(symbols.toReversed(), settings);
        equity.forEach((value, step) => expectClose(turned.equity[step]!, value, settings.capital));
      }),
      { numRuns: propertyRuns() },
    );
  });
});

/** Other prices and decisions at all bars after `time`. The decision of the bar at `time` itself stays. */
function changeAfter({ symbol, bars, decision }: SymbolSignals, time: number): SymbolSignals {
  const changed = (column: Float64Array): Float64Array =>
    column.map((value, t) => (bars.time[t]! > time ? value * (1.5 + (t % 3)) : value));
  return {
    symbol,
    bars: {
      ...bars,
      open: changed(bars.open),
      high: changed(bars.high),
      low: changed(bars.low),
      close: changed(bars.close),
    },
    decision: decision.map((value, t) => (bars.time[t]! > time ? -value : value)),
  };
}
