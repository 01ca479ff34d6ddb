import { formatNumber } from './numbers.js';

/** Digits of a price that are certain; the rest is the noise of a computation. */
const SIGNIFICANT = 12;
const MOST_DECIMALS = 12;

/** Formats prices of a column with the same number of decimals, so that their points stand below each other. */
export function alikePrices(prices: readonly number[]): (price: number) => string {
  const decimals = Math.min(MOST_DECIMALS, Math.max(0, ...prices.map(decimalsOf)));
  return (price) => formatNumber(price, decimals);
}

function decimalsOf(price: number): number {
  const [mantissa = '', exponent = '0'] = String(Number(price.toPrecision(SIGNIFICANT))).split('e');
  return Math.max(0, (mantissa.split('.')[1]?.length ?? 0) - Number(exponent));
}
