import type { Timeframe } from '@ktrdr/contracts';
import type { IndicatorType } from './indicators/indicator.js';
import { indicatorType } from './indicators/registry.js';
import { featureColumns, type FeatureSettings } from './features/feature-columns.js';
import type { ParameterValue } from './model.js';

/** Why an indicator needs prices above 0; `null` if it does not. The text follows "because". */
export function whyIndicatorNeedsRatio(
  { type, needsRatio }: IndicatorType,
  { source }: Readonly<Record<string, ParameterValue>>,
): string | null {
  return needsRatio === true && source !== 'volume' ? `${type} is a ratio of prices` : null;
}

/** Why the features of a timeframe need prices above 0; `null` if they do not. The text follows "because". */
export function whyFeaturesNeedRatio(strategy: FeatureSettings, timeframe: Timeframe): string | null {
  for (const column of featureColumns(strategy)) {
    if (column.timeframe !== timeframe) continue;
    if (column.kind === 'fuzzy' && column.fuzzySet.transform !== null) {
      return `the fuzzy set ${column.fuzzySet.id} divides prices (price_ratio)`;
    }
    const { type, parameters } = strategy.indicators.find(({ id }) => id === column.series.indicator)!;
    const why = whyIndicatorNeedsRatio(indicatorType(type), parameters);
    if (why !== null) return why;
  }
  return null;
}
