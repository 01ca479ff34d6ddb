import { KtrdrError } from '@ktrdr/contracts';
import { costRate } from './costs.js';
import type { BacktestSettings } from './settings.js';

/** As in a strategy file. With much more, the products of amounts and prices have no digits left. */
const MOST_CAPITAL = 1e12;

/** @throws KtrdrError `invalid_request` for settings with which nothing can be traded; the message names the setting */
export function validateSettings(settings: BacktestSettings): void {
  const { capital, sizing, minSeparation, stopLoss, takeProfit } = settings;
  check('capital', capital, capital > 0 && capital <= MOST_CAPITAL, 'above 0 and at most 1e12');
  for (const name of ['commission_bps', 'slippage_bps', 'spread_bps'] as const) {
    check(name, settings[name], settings[name] >= 0, '0 or more basis points (100 = 1 %)');
  }
  if (costRate(settings) >= 1) {
    throw new KtrdrError(
      'invalid_request',
      `the costs of one side are ${costRate(settings) * 100} % of the traded value; they must stay below 100 %. Costs are in basis points: 5 is 0.05 %`,
    );
  }
  if (sizing.type === 'fixed_fraction') {
    const { fraction } = sizing;
    check('fraction', fraction, fraction > 0 && fraction <= 1, 'above 0 and at most 1, the whole capital');
  }
  if (sizing.type === 'volatility_target') {
    const target = sizing.annual_volatility;
    check('annual_volatility', target, target > 0, 'above 0 (0.1 = 10 % a year)');
  }
  check('minSeparation', minSeparation, minSeparation >= 0, '0 ms or more');
  if (stopLoss !== null) check('stop_loss', stopLoss, stopLoss > 0, 'above 0 (0.02 = 2 %)');
  if (takeProfit !== null) check('take_profit', takeProfit, takeProfit > 0, 'above 0 (0.02 = 2 %)');
}

function check(name: string, value: number, valid: boolean, rule: string): void {
  if (valid && Number.isFinite(value)) return;
  throw new KtrdrError('invalid_request', `${name} is ${value}; it must be ${rule}`, {
    details: { setting: name, value: String(value) },
  });
}
