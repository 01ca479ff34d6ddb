import type { Timeframe } from '@ktrdr/contracts';

import { outputLookbacks } from '../indicators/indicator.js';
import { indicatorType } from '../indicators/registry.js';
import { featureColumns, type FeatureSettings } from './feature-columns.js';

/**
 * For each timeframe: number of bars before all its features have a value. On the base timeframe, lags are included.
 * With N such bars, row N is the first complete row.
 */
export function warmUpBars(strategy: FeatureSettings): Map<Timeframe, number> {
  const settings = new Map(strategy.indicators.map((indicator) => [indicator.id, indicator]));
  const bars = new Map<Timeframe, number>([[strategy.baseTimeframe, 0]]);
  for (const { timeframe, series } of featureColumns(strategy)) {
    const { type, parameters } = settings.get(series.indicator)!;
    const lookback = outputLookbacks(indicatorType(type), parameters)[series.output]!;
    bars.set(timeframe, Math.max(bars.get(timeframe) ?? 0, lookback));
  }
  bars.set(strategy.baseTimeframe, bars.get(strategy.baseTimeframe)! + strategy.lookbackPeriods);
  return bars;
}
