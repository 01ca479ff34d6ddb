import type { BacktestSettings } from './settings.js';

/** Returns before an entry from which its volatility is measured. */
export const VOLATILITY_RETURNS = 60;
/** With fewer returns than this before it, a position has no volatility, and a volatility target opens none. */
export const FEWEST_VOLATILITY_RETURNS = 20;

/**
 * Largest value of a position, its entry costs included.
 *
 * @param equity value of the account at the entry
 * @param symbols symbols that share the account
 * @param closes closes of the symbol; only those up to `bar` are read
 * @param bar the bar at whose close the decision was taken
 */
export function positionBudget(
  sizing: BacktestSettings['sizing'],
  equity: number,
  symbols: number,
  closes: Float64Array,
  bar: number,
  barsPerYear: number,
): number {
  switch (sizing.type) {
    case 'all_in':
      return equity / symbols;
    case 'fixed_fraction':
      return equity * sizing.fraction;
    case 'volatility_target': {
      const volatility = volatilityBefore(closes, bar) * Math.sqrt(barsPerYear);
      if (Number.isNaN(volatility)) return 0;
      return equity * Math.min(1, sizing.annual_volatility / volatility);
    }
  }
}

/** Sample standard deviation of the last returns up to `bar`, for one bar; `NaN` if there are too few. */
function volatilityBefore(closes: Float64Array, bar: number): number {
  const count = Math.min(VOLATILITY_RETURNS, bar);
  if (count < FEWEST_VOLATILITY_RETURNS) return NaN;
  let sum = 0;
  for (let t = bar - count + 1; t <= bar; t++) sum += closes[t]! / closes[t - 1]! - 1;
  const mean = sum / count;
  let squares = 0;
  for (let t = bar - count + 1; t <= bar; t++) squares += (closes[t]! / closes[t - 1]! - 1 - mean) ** 2;
  return Math.sqrt(squares / (count - 1));
}
