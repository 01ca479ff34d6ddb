import type { BarsFingerprint } from '@ktrdr/contracts';
import type { Strategy } from '@ktrdr/strategy';

/** A training that was checked: names, dates, strategy and bars files are there and fit. What managers and adapters pass on. */
export interface TrainingRequest {
  /** With the request's symbols and timeframes in place of the file's. */
  strategy: Strategy;
  /** The file's text as it came. */
  strategyText: string;
  /** What messages call the text. */
  strategyFile: string;
  /** As the request named them; absent where the file's lists hold. */
  symbols?: string[];
  timeframes?: string[];
  /** As the request named them; absent where the file's dates hold. */
  startDate?: string;
  endDate?: string;
  /** 0 < v < 1: share of the rows that are not test rows. */
  validationSplit?: number;
  seed: number;
  dryRun: boolean;
  detailedAnalytics: boolean;
  /** One for every symbol and timeframe. */
  fingerprints: BarsFingerprint[];
  /** What is odd in the strategy file, each as `file:line:column path: message`. */
  warnings: string[];
  /** Starting twice with one id gives one operation. */
  taskId?: string;
}
