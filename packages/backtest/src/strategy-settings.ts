import type { DecisionSettings, Strategy } from '@ktrdr/strategy';

import { DEFAULT_SETTINGS, type BacktestSettings } from './settings.js';

const HOUR = 3_600_000;

/**
 * Settings of a backtest of one strategy: the defaults, then what the file says, then what a person asks for.
 *
 * A regression follows the same rule as a classification: a SELL without a position opens a short position only if
 * `decisions.allow_short_from_flat` or the person allows it.
 */
export function backtestSettings(
  { backtest, decisions }: Pick<Strategy, 'backtest' | 'decisions'>,
  overrides: Partial<BacktestSettings> = {},
): BacktestSettings {
  const { confidenceThreshold: _, ...fileSettings } = backtest;
  return {
    ...DEFAULT_SETTINGS,
    allowShort: decisions.allowShortFromFlat,
    positionAwareness: decisions.positionAwareness,
    minSeparation: decisions.minSignalSeparation * HOUR,
    ...fileSettings,
    ...overrides,
  };
}

/** The rules that turn outputs into decisions in a backtest: those of the file, with its threshold for backtests. */
export function backtestDecisions({
  backtest: { confidenceThreshold },
  decisions,
}: Pick<Strategy, 'backtest' | 'decisions'>): DecisionSettings {
  return decisions.outputFormat === 'classification' && confidenceThreshold !== undefined
    ? { ...decisions, confidenceThreshold }
    : decisions;
}
