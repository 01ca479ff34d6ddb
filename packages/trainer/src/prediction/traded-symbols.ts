import type { SymbolBars } from '../data/load-bars.js';
import type { CheckedBacktest } from './check-backtest.js';

/**
 * The symbols that a backtest trades. A symbol of the model without bars in the range is left out, as in the test part of a
 * training. A symbol that the request names stays, and so do all if none has bars: the error then names the range.
 *
 * @param requested `null`: those of the model
 */
export function tradedSymbols(
  symbols: SymbolBars[],
  { range: { start, end = Infinity }, timeframe }: Pick<CheckedBacktest, 'range' | 'timeframe'>,
  requested: string[] | null,
): { traded: SymbolBars[]; leftOut: string[] } {
  const hasBars = ({ bars }: SymbolBars): boolean =>
    bars.get(timeframe)!.time.some((time) => time >= start && time <= end);
  const traded = requested === null ? symbols.filter(hasBars) : symbols;
  if (traded.length === 0) return { traded: symbols, leftOut: [] };
  return {
    traded,
    leftOut: symbols.filter((symbol) => !traded.includes(symbol)).map(({ symbol }) => symbol),
  };
}
