import type { BarsFingerprint, StartTrainingRequest, TrainingSpec } from '@ktrdr/contracts';
import { parseInThread, type BackgroundThread } from '@ktrdr/strategy';
import type { TrainingRequest } from './training-request.js';

/** The part of a request that its operation stores: enough to repeat the training in another process. */
export type StoredTraining = Pick<TrainingRequest, 'spec' | 'warnings' | 'priority' | 'user'>;

/** The format of version 0.1, whose spec did not have the field names of the API. */
interface EarlierStoredTraining extends Omit<StoredTraining, 'spec'> {
  run: {
    strategyText: string;
    strategyFile: string;
    symbols?: string[];
    timeframes?: string[];
    startDate?: string;
    endDate?: string;
    validationSplit?: number;
    seed: number;
    walkForward?: number;
    dryRun: boolean;
    detailedAnalytics: boolean;
    fingerprints: BarsFingerprint[];
  };
}

export function toStored({ spec, warnings, priority, user }: TrainingRequest): StoredTraining {
  return { spec, warnings, priority, user };
}

/**
 * @param thread parses the strategy
 * @throws KtrdrError `strategy_invalid` if this version refuses a strategy that an earlier one accepted; what `thread` throws
 */
export async function fromStored(
  stored: StoredTraining | EarlierStoredTraining,
  thread: BackgroundThread,
): Promise<TrainingRequest> {
  const { warnings, priority, user } = stored;
  const spec = specOf(stored);
  const { symbols, timeframes, strategy_file: file } = spec;
  const options = { file, overrides: { symbols, timeframes } };
  const { strategy } = await parseInThread(thread, spec.strategy, options);
  return { strategy, spec, warnings, priority, user };
}

/** The request of a stored training: it starts the same training again. */
export function requestOf(stored: StoredTraining | EarlierStoredTraining): StartTrainingRequest {
  const { fingerprints: _, ...request } = specOf(stored);
  return { ...request, priority: stored.priority, user: stored.user };
}

function specOf(stored: StoredTraining | EarlierStoredTraining): TrainingSpec {
  return 'spec' in stored ? stored.spec : specOfEarlier(stored);
}

function specOfEarlier({ run }: EarlierStoredTraining): TrainingSpec {
  return {
    strategy: run.strategyText,
    strategy_file: run.strategyFile,
    symbols: run.symbols,
    timeframes: run.timeframes,
    start_date: run.startDate,
    end_date: run.endDate,
    validation_split: run.validationSplit,
    detailed_analytics: run.detailedAnalytics,
    seed: run.seed,
    walk_forward: run.walkForward,
    dry_run: run.dryRun,
    fingerprints: run.fingerprints,
  };
}
