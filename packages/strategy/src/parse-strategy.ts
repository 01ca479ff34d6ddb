import type { StrategyIssue } from '@ktrdr/contracts';

import { StrategyError } from './issues.js';
import { loadStrategy } from './load-strategy.js';
import type { LoadOptions } from './load-strategy.js';
import type { Strategy } from './model.js';

/** A checked strategy and the warnings about its file. */
export interface ParsedStrategy {
  strategy: Strategy;
  warnings: StrategyIssue[];
}

/** Number of results that are kept: many trainings of one file often start together, and parsing takes milliseconds. */
const MOST_KEPT = 50;
/** Longer texts are not kept (characters, with the options). */
const LONGEST_KEPT = 100_000;

/** The last results, the newest last. */
const kept = new Map<string, ParsedStrategy>();

/**
 * Parses and checks a strategy file of any grammar. Keeps the last results: the same text and options give the same frozen object.
 *
 * @param text the file's text (YAML)
 * @param options `file` is the name for messages; `overrides` replace the file's symbols and timeframes
 * @throws StrategyError (`strategy_invalid`) with all errors at once, each as `file:line:column path: message`
 */
export function parseStrategy(text: string, options: LoadOptions): ParsedStrategy {
  const known = keptStrategy(text, options);
  if (known !== null) return known;
  const { strategy, issues } = loadStrategy(text, options);
  if (strategy === null) throw new StrategyError(options.file, issues);
  return keepStrategy(text, options, { strategy, warnings: issues });
}

/** A kept result of the same text and options; `null`: there is none. */
export function keptStrategy(text: string, options: LoadOptions): ParsedStrategy | null {
  const key = keyOf(text, options);
  const known = kept.get(key);
  if (known === undefined) return null;
  kept.delete(key);
  kept.set(key, known);
  return known;
}

/** Freezes and keeps a result. @returns it */
export function keepStrategy(text: string, options: LoadOptions, result: ParsedStrategy): ParsedStrategy {
  const key = keyOf(text, options);
  const parsed = frozen(result);
  if (key.length <= LONGEST_KEPT) kept.set(key, parsed);
  const [oldest] = kept.keys();
  if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
  return parsed;
}

function keyOf(text: string, { file, overrides }: LoadOptions): string {
  return JSON.stringify([text, file, overrides]);
}

/** Freezes a value and all its parts. @returns it */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}
