import { formatNumber } from './numbers.js';

/** Digits of a price that are certain; the rest is the noise of a computation. */
const SIGNIFICANT = 12;
const MOST_DECIMALS = 12;
const SHOWN_DIGITS = 6;
/** Digits of a price that somebody has written. */
const MOST_WRITTEN = 10;

/** Formats prices of a column with the same number of decimals, so that their points stand below each other. */
export function alikePrices(prices: readonly number[]): (price: number) => string {
  const decimals = exactDecimals(prices);
  return (price) => formatNumber(price, decimals);
}

/**
 * The same for prices of a file: exactly as they are written. Adjusted prices have more digits than any file, so they are rounded like
 * computed ones.
 */
export function filePrices(prices: readonly number[]): (price: number) => string {
  return prices.some((price) => digitsOf(price) > MOST_WRITTEN) ? roundedPrices(prices) : alikePrices(prices);
}

/** The same for computed prices, such as a close with slippage: at most six digits of the largest price, and no more than any price has. */
export function roundedPrices(prices: readonly number[]): (price: number) => string {
  const largest = Math.max(0, ...prices.map(Math.abs));
  const needed = SHOWN_DIGITS - 1 - (largest === 0 ? 0 : Math.floor(Math.log10(largest)));
  const decimals = Math.min(exactDecimals(prices), Math.max(0, needed));
  return (price) => formatNumber(price, decimals);
}

function exactDecimals(prices: readonly number[]): number {
  return Math.min(MOST_DECIMALS, Math.max(0, ...prices.map(decimalsOf)));
}

function digitsOf(price: number): number {
  return Number(price.toPrecision(SIGNIFICANT))
    .toExponential()
    .replace(/e.*|[.-]/g, '').length;
}

function decimalsOf(price: number): number {
  const [mantissa = '', exponent = '0'] = String(Number(price.toPrecision(SIGNIFICANT))).split('e');
  return Math.max(0, (mantissa.split('.')[1]?.length ?? 0) - Number(exponent));
}
