import type { StrategySummary, ValidateStrategyResponse } from '@ktrdr/contracts';

import { loadStrategy } from './load-strategy.js';

/** Every error and warning of a file: an answer, whatever the text is. */
export function validateStrategy(text: string, file: string): ValidateStrategyResponse {
  const { strategy, version, name, issues } = loadStrategy(text, { file });
  return { valid: strategy !== null, name, version, issues };
}

/** One line of a list of strategies. A broken file is named after itself. */
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
