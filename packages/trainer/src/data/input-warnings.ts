import type { DataSettings } from './data-settings.js';
import { count, named } from './named.js';
import type { PreparedData } from './prepare-data.js';

/** Warnings about inputs of the network. The lags of a feature count as one input. */
export function inputWarnings(strategy: DataSettings, data: PreparedData): string[] {
  return [...constantInputs(strategy, data), ...valuesOutsideRange(strategy, data)];
}

function constantInputs({ features }: DataSettings, { statistics }: PreparedData): string[] {
  const constant = new Map<string, number>();
  features.forEach((feature, column) => {
    const { min, max } = statistics[column]!;
    if (min === max) constant.set(withoutLag(feature), min);
  });
  const [first] = constant;
  if (first === undefined) return [];
  const inputs = [...constant].map(([feature, value]) => `${feature} (${value})`);
  return [
    (constant.size === 1
      ? `Input ${first[0]} is always ${first[1]} in the training part: the network learns nothing from it. `
      : `${constant.size} inputs never change in the training part: ${named(inputs)}. The network learns nothing from them. `) +
      "A fuzzy set outside its indicator's range does this.",
  ];
}

/** minmax is fitted on the training rows and not clipped, so later rows can be outside 0..1. */
function valuesOutsideRange({ features }: DataSettings, { normalisation, parts }: PreparedData): string[] {
  const columns = normalisation.length;
  const rows = parts.validation.rows + parts.test.rows;
  const outside = new Map<string, number>();
  normalisation.forEach(({ method }, column) => {
    if (method !== 'minmax') return;
    let found = 0;
    // the parts share the features of all bars
    for (const { features: values, windowEnds } of [parts.validation, parts.test]) {
      for (const end of windowEnds) {
        const value = values[end * columns + column]!;
        if (value < 0 || value > 1) found += 1;
      }
    }
    const input = withoutLag(features[column]!);
    if (found > 0) outside.set(input, Math.max(found, outside.get(input) ?? 0));
  });
  const inputs = [...outside].toSorted(([, a], [, b]) => b - a);
  const [first] = inputs;
  if (first === undefined) return [];
  return [
    inputs.length === 1
      ? `Input ${first[0]} is outside the training part's range in ${count(first[1])} of ${count(rows)} later rows.`
      : `${inputs.length} inputs are outside the training part's range in some of ${count(rows)} later rows: ` +
        `${named(inputs.map(([feature, found]) => `${feature} (${count(found)})`))}.`,
  ];
}

function withoutLag(feature: string): string {
  return feature.replace(/_lag_\d+$/, '');
}
