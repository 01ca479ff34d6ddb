import type { TrainingPriority } from '@ktrdr/contracts';
import { parseStrategy } from '@ktrdr/strategy';
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
  /** In a queue. */
  priority?: TrainingPriority;
  user?: string;
}

/** What is kept of a request with its operation: enough to train again in another process. */
export type StoredTraining = Pick<TrainingRequest, 'run' | 'warnings' | 'priority' | 'user'>;

export function toStored({ run, warnings, priority, user }: TrainingRequest): StoredTraining {
  return { run, warnings, priority, user };
}

/** @throws KtrdrError `strategy_invalid` where this version refuses what an older one took */
export function fromStored({ run, warnings, priority, user }: StoredTraining): TrainingRequest {
  const { strategyText, strategyFile: file, symbols, timeframes } = run;
  const { strategy } = parseStrategy(strategyText, { file, overrides: { symbols, timeframes } });
  return { strategy, run, warnings, priority, user };
}
