import { backtestSettings } from '@ktrdr/backtest';
import type { BacktestReport, BarsFingerprint } from '@ktrdr/contracts';
import type { CheckedBacktest } from './check-backtest.js';

/** What a backtest has looked at, for the ledger of trials. */
export interface BacktestLook {
  /** SHA-256 of each bars file of the base timeframe. */
  bars: string[];
  /**
   * Names what was chosen after the training: other rules of trading, symbols or dates. `null` if nothing was: the trades are those of the
   * training's own backtest. Costs and capital are left out, because nobody finds an edge by luck in them.
   */
  choice: string | null;
}

/** @param fingerprints of the bars that were read */
export function lookOf(
  { model, strategy, settings, range, timeframe }: CheckedBacktest,
  fingerprints: readonly BarsFingerprint[],
  report: Pick<BacktestReport, 'symbols' | 'start' | 'end'>,
): BacktestLook {
  const { metadata } = model;
  const { symbols } = strategy;
  const bars = fingerprints
    .filter((one) => one.timeframe === timeframe && report.symbols.includes(one.symbol))
    .map(({ sha256 }) => sha256)
    .toSorted();
  const rules = rulesOf(settings);
  const isOwn =
    rules === rulesOf(backtestSettings(strategy)) &&
    range.end === undefined &&
    range.start === Date.parse(metadata.test_part!.start) &&
    symbols.toSorted().join() === metadata.symbols.toSorted().join();
  if (isOwn) return { bars, choice: null };
  const files = Object.entries(metadata.checksums).map(([file, checksum]) => `${file} ${checksum}`);
  return {
    bars,
    choice: JSON.stringify([files.toSorted(), rules, symbols.toSorted(), report.start, report.end]),
  };
}

function rulesOf(settings: CheckedBacktest['settings']): string {
  const { sizing, allowShort, positionAwareness, minSeparation, stopLoss, takeProfit } = settings;
  return JSON.stringify([sizing, allowShort, positionAwareness, minSeparation, stopLoss, takeProfit]);
}
