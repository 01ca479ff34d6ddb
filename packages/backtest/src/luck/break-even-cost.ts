import type { TradeColumns } from '../simulation.js';

/**
 * Costs for one trade, both sides together, in basis points of its value, at which `trades` together earn nothing; `null` without trades.
 * Negative if the trades lose money even without costs. The quantities stay as they are: a backtest with these costs ends near 0, because it sizes its
 * positions by another equity.
 */
export function breakEvenCost(trades: TradeColumns): number | null {
  let gross = 0;
  let traded = 0;
  for (let i = 0; i < trades.length; i += 1) {
    gross += trades.profit[i]! + trades.costs[i]!;
    traded += trades.quantity[i]! * (trades.entryPrice[i]! + trades.exitPrice[i]!);
  }
  return traded > 0 ? (2 * gross * 10_000) / traded : null;
}
