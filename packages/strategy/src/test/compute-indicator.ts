import type { Bars } from '@ktrdr/market-data';

import { indicatorType } from '../indicators/registry.js';
import type { ParameterValue } from '../model.js';

/** Parameter values by name. */
export type ParameterValues = Readonly<Record<string, ParameterValue>>;

/** Computes the outputs of an indicator. Missing parameters have their defaults. */
export function computeIndicator(type: string, parameters: ParameterValues, bars: Bars): Float64Array[] {
  return indicatorType(type).compute(bars, withDefaults(type, parameters) as never);
}

/** Adds the defaults of missing parameters. */
export function withDefaults(type: string, parameters: ParameterValues): ParameterValues {
  const definitions = Object.entries(indicatorType(type).parameters);
  return {
    ...Object.fromEntries(definitions.map(([name, { default: value }]) => [name, value])),
    ...parameters,
  };
}
