import type { StrategyIssue } from '@ktrdr/contracts';

import { StrategyError } from './issues.js';
import { loadStrategy } from './load-strategy.js';
import type { LoadOptions } from './load-strategy.js';
import type { Strategy } from './model.js';

/**
 * Reads a strategy file of any grammar into the one checked model.
 *
 * @param text the file's text (YAML)
 * @param options `file` is what messages call it; `overrides` replace the file's lists of symbols and timeframes
 * @throws StrategyError (`strategy_invalid`) with all errors at once, each as `file:line:column path: message`
 */
export function parseStrategy(
  text: string,
  options: LoadOptions,
): { strategy: Strategy; warnings: StrategyIssue[] } {
  const { strategy, issues } = loadStrategy(text, options);
  if (strategy === null) throw new StrategyError(options.file, issues);
  return { strategy, warnings: issues };
}
