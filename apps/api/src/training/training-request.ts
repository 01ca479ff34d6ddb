import type { Strategy } from '@ktrdr/strategy';
import type { RunSettings } from '@ktrdr/trainer';

/** A training that was checked: names, dates, strategy and bars files are there and fit. What managers and adapters pass on. */
export interface TrainingRequest {
  /** With the request's symbols and timeframes in place of the file's. */
  strategy: Strategy;
  run: RunSettings;
  /** What is odd in the strategy file, each as `file:line:column path: message`. */
  warnings: string[];
  /** Starting twice with one id gives one operation. */
  taskId?: string;
}
