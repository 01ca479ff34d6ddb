import type { ColumnGroup } from '../columns/layout.js';

/** Names of the four prices, in the order of their index. */
export const PRICE_NAMES = ['open', 'high', 'low', 'close'] as const;

/** Column of a price by its index. */
export function priceColumn(group: ColumnGroup, price: number): number {
  return price === 0 ? group.open : price === 1 ? group.high : price === 2 ? group.low : group.close;
}
