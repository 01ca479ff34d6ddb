import { outline } from '../../strategies/yaml-outline.js';

/** What `training_data` of a strategy names: each symbol with each timeframe. */
export interface NeededBars {
  symbols: string[];
  timeframes: string[];
}

/** The bars that a training with this strategy reads, if its request names no others. */
export function neededBars(text: string): NeededBars {
  const needed: NeededBars = { symbols: [], timeframes: [] };
  for (const { path, value } of outline(text)) {
    const [section, what = '', key = ''] = path;
    if (section !== 'training_data' || value === null) continue;
    if (what === 'symbols' && ['symbol', 'list', 'symbols'].includes(key)) needed.symbols.push(value);
    if (what === 'timeframes' && ['timeframe', 'list', 'timeframes'].includes(key))
      needed.timeframes.push(value);
  }
  return { symbols: [...new Set(needed.symbols)], timeframes: [...new Set(needed.timeframes)] };
}
