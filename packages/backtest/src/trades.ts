import { EXIT_REASONS, type Timeframe, type Trade } from '@ktrdr/contracts';
import { formatBarTime } from '@ktrdr/market-data';
import type { SymbolSignals } from './settings.js';
import type { TradeColumns } from './simulation.js';

/** The trades as rows, in the order of their exits. */
export function tradeRows(
  trades: TradeColumns,
  symbols: readonly SymbolSignals[],
  timeframe: Timeframe,
): Trade[] {
  return Array.from({ length: trades.length }, (_, row) => {
    const { symbol, bars } = symbols[trades.symbol[row]!]!;
    const [entryBar, exitBar] = [trades.entryBar[row]!, trades.exitBar[row]!];
    const [entryPrice, quantity] = [trades.entryPrice[row]!, trades.quantity[row]!];
    return {
      symbol,
      direction: trades.direction[row]! > 0 ? 'long' : 'short',
      entry_time: formatBarTime(bars.time[entryBar]!, timeframe),
      entry_price: entryPrice,
      exit_time: formatBarTime(bars.time[exitBar]!, timeframe),
      exit_price: trades.exitPrice[row]!,
      exit_reason: EXIT_REASONS[trades.exitReason[row]!]!,
      quantity,
      costs: trades.costs[row]!,
      profit: trades.profit[row]!,
      return: trades.profit[row]! / (entryPrice * quantity),
      bars: exitBar - entryBar,
    };
  });
}
