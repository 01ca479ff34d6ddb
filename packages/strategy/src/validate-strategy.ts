import type { StrategySummary, ValidateStrategyResponse } from '@ktrdr/contracts';

import { loadStrategy } from './load-strategy.js';

/** Checks a file. Always returns a list of errors and warnings, whatever the text is. */
export function validateStrategy(text: string, file: string): ValidateStrategyResponse {
  const { strategy, version, name, issues } = loadStrategy(text, { file });
  return { valid: strategy !== null, name, version, issues };
}

/** Summary of a file for the list of strategies. A broken file without a name has its file name. */
export function summariseStrategy(text: string, file: string): StrategySummary {
  const { strategy, version, name, issues } = loadStrategy(text, { file });
  const errors = issues.filter((issue) => issue.severity === 'error').length;
  return {
    name: strategy?.name ?? name ?? file.replace(/^.*[/\\]/, '').replace(/\.ya?ml$/i, ''),
    file,
    version,
    description: strategy?.description ?? null,
    symbols: strategy?.symbols ?? [],
    timeframes: strategy?.timeframes ?? [],
    model_type: strategy?.model.type ?? null,
    valid: strategy !== null,
    errors,
    warnings: issues.length - errors,
  };
}
