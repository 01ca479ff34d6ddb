import type { TradingCosts } from '@ktrdr/contracts';

const BASIS_POINTS = 10_000;

/** Costs of one side, as a share of the traded value: commission, slippage and half of the spread. */
export function costRate({ commission_bps, slippage_bps, spread_bps }: TradingCosts): number {
  return (commission_bps + slippage_bps + spread_bps / 2) / BASIS_POINTS;
}
