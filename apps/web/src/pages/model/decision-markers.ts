import type { Trade } from '@ktrdr/contracts';
import type { PriceMarker } from '../../charts/price-series.js';
import { formatSignedPercent } from '../../format/numbers.js';

/** Entries and exits of trades as markers of a chart, in order of time. */
export function tradeMarkers(trades: readonly Trade[]): PriceMarker[] {
  const markers = trades.flatMap((trade): PriceMarker[] => [
    { time: trade.entry_time, kind: trade.direction },
    {
      time: trade.exit_time,
      kind: 'exit',
      text: formatSignedPercent(trade.return),
      isGain: trade.profit > 0,
    },
  ]);
  return markers.toSorted((a, b) => Date.parse(a.time) - Date.parse(b.time));
}

/** Sum of what the trades earned, and how many earned. */
export function tradeTotals(trades: readonly Trade[]): { count: number; gains: number; profit: number } {
  return {
    count: trades.length,
    gains: trades.filter(({ profit }) => profit > 0).length,
    profit: trades.reduce((sum, { profit }) => sum + profit, 0),
  };
}
