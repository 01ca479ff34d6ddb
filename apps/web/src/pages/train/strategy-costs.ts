import type { TradingCosts } from '@ktrdr/contracts';
import { outline } from '../../strategies/yaml-outline.js';

/** Keys of `backtesting` that hold a cost as a fraction. */
const COST_KEYS: Readonly<Record<string, keyof TradingCosts>> = {
  transaction_costs: 'commission_bps',
  slippage: 'slippage_bps',
  spread: 'spread_bps',
};

/** The costs that a strategy file sets, in basis points. Others have their defaults. */
export function strategyCosts(text: string): Partial<TradingCosts> {
  const costs: Partial<TradingCosts> = {};
  for (const { path, value } of outline(text)) {
    const cost = path.length === 2 && path[0] === 'backtesting' ? COST_KEYS[path[1] ?? ''] : undefined;
    // 0.0005 * 10,000 is not exactly 5
    if (cost !== undefined && value !== null && Number.isFinite(Number(value)))
      costs[cost] = Math.round(Number(value) * 1e8) / 1e4;
  }
  return costs;
}
