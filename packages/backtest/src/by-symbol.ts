import type { SymbolResult } from '@ktrdr/contracts';
import type { TradeColumns } from './simulation.js';

/** The result of each symbol. Their profits add up to that of the account. */
export function resultsBySymbol(
  trades: TradeColumns,
  symbols: readonly { symbol: string }[],
): SymbolResult[] {
  const results = symbols.map(({ symbol }) => ({ symbol, trades: 0, profit: 0, costs: 0, hits: 0 }));
  for (let row = 0; row < trades.length; row++) {
    const result = results[trades.symbol[row]!]!;
    result.trades += 1;
    result.profit += trades.profit[row]!;
    result.costs += trades.costs[row]!;
    if (trades.profit[row]! > 0) result.hits += 1;
  }
  return results.map(({ hits, ...result }) => ({
    ...result,
    hit_rate: result.trades === 0 ? null : hits / result.trades,
  }));
}
