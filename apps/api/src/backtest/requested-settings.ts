import type { BacktestSettings } from '@ktrdr/backtest';
import { KtrdrError, type PositionSizing, type StartBacktestRequest } from '@ktrdr/contracts';

/**
 * The settings that a request names.
 *
 * @throws KtrdrError `invalid_request` for a sizing of another shape
 */
export function requestedSettings(request: StartBacktestRequest): Partial<BacktestSettings> {
  const { capital, commission_bps, slippage_bps, spread_bps, sizing } = request;
  const settings = {
    capital,
    commission_bps,
    slippage_bps,
    spread_bps,
    sizing: sizing === undefined ? undefined : checkedSizing(sizing),
    allowShort: request.allow_short,
    stopLoss: request.stop_loss,
    takeProfit: request.take_profit,
  };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

/** The amount that each kind of sizing takes. */
const AMOUNT: Record<PositionSizing['type'], string | null> = {
  all_in: null,
  fixed_fraction: 'fraction',
  volatility_target: 'annual_volatility',
};

function checkedSizing(sizing: PositionSizing): PositionSizing {
  const { type, ...amounts } = sizing as PositionSizing & Record<string, unknown>;
  if (Object.hasOwn(AMOUNT, type)) {
    const amount = AMOUNT[type];
    const names = Object.keys(amounts);
    if (amount === null && names.length === 0) return sizing;
    if (
      amount !== null &&
      names.join() === amount &&
      typeof amounts[amount as keyof typeof amounts] === 'number'
    )
      return sizing;
  }
  throw new KtrdrError(
    'invalid_request',
    'sizing must be {"type": "all_in"}, {"type": "fixed_fraction", "fraction": 0.25} or {"type": "volatility_target", "annual_volatility": 0.15}.',
  );
}
