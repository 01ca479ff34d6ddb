import type { BenchmarkResult } from '@ktrdr/contracts';
import { pivotMoves } from '@ktrdr/strategy';
import { deepestFall } from './drawdown.js';
import { returnsOf } from './returns.js';
import { riskOf } from './risk.js';
import { Signals, type BacktestSettings, type SymbolSignals } from './settings.js';
import { simulate } from './simulate.js';

/**
 * Simple rules that trade the same bars with the same capital and costs.
 *
 * - Buy and hold: all of the capital in equal parts, from the second bar of each symbol to its last.
 * - Always flat.
 * - Direction since the last confirmed pivot of a zigzag, with the sizing of `settings` and without stops; only with a threshold.
 *
 * @param pivotThreshold relative move that confirms a pivot
 * @param steps at which the equity of buying and holding is returned
 */
export function benchmarks(
  symbols: readonly SymbolSignals[],
  settings: BacktestSettings,
  barsPerYear: number,
  pivotThreshold: number | null,
  steps: readonly number[],
): { results: BenchmarkResult[]; buyAndHold: number[] } {
  const plain = { ...settings, positionAwareness: true, minSeparation: 0, stopLoss: null, takeProfit: null };
  const run = (
    name: BenchmarkResult['name'],
    decide: (symbol: SymbolSignals) => Int8Array,
    rules: BacktestSettings,
    see?: (equity: Float64Array) => void,
  ): BenchmarkResult => {
    const decided = symbols.map((symbol) => ({ ...symbol, decision: decide(symbol) }));
    const { equity, trades } = simulate(decided, rules);
    see?.(equity);
    const net_return = equity[equity.length - 1]! / settings.capital - 1;
    const max_drawdown = deepestFall(equity).depth;
    // In place, because the equity of ten million bars is 80 MB.
    const { sharpe } = riskOf(returnsOf(equity, equity.subarray(0, -1)), barsPerYear);
    return { name, net_return, sharpe, max_drawdown, trades: trades.length };
  };
  let buyAndHold: number[] = [];
  const results = [
    run('buy_and_hold', buyAtOnce, { ...plain, sizing: { type: 'all_in' } }, (equity) => {
      buyAndHold = steps.map((step) => equity[step]!);
    }),
    { name: 'always_flat' as const, net_return: 0, sharpe: null, max_drawdown: 0, trades: 0 },
  ];
  if (pivotThreshold === null) return { results, buyAndHold };
  const follow = ({ bars }: SymbolSignals): Int8Array => pivotMoves(bars.close, pivotThreshold).direction;
  return { results: [...results, run('pivot_direction', follow, plain)], buyAndHold };
}

function buyAtOnce({ bars }: SymbolSignals): Int8Array {
  const decision = new Int8Array(bars.length);
  decision[0] = Signals.BUY;
  return decision;
}
