/** Address of the page of one bars file. */
export function barsAddress({ symbol, timeframe }: { symbol: string; timeframe: string }): string {
  return `/app/data/${encodeURIComponent(symbol)}/${encodeURIComponent(timeframe)}`;
}
