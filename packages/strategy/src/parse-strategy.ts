import type { StrategyIssue } from '@ktrdr/contracts';

import { StrategyError } from './issues.js';
import { loadStrategy } from './load-strategy.js';
import type { LoadOptions } from './load-strategy.js';
import type { Strategy } from './model.js';

/**
 * Parses and checks a strategy file of any grammar.
 *
 * @param text the file's text (YAML)
 * @param options `file` is the name for messages; `overrides` replace the file's symbols and timeframes
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
