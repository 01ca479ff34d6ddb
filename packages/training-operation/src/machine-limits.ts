import { totalmem } from 'node:os';

/** Share of the machine's memory that trainings may use. */
const SHARE = 0.8;
const MB = 2 ** 20;
/** One of the four predictions and backtests that run at a time may use this share of the memory of trainings. */
const PREDICTION_SHARE = 1 / 4;
/** Enough for each model of ours and a million bars, MB. */
const LEAST_PREDICTION_MB = 1_024;

/** Default size of the cache of features, MB: a million rows with 30 degrees take 240 MB. */
export const DEFAULT_FEATURE_CACHE_MB = 4_000;

/** Default memory of all trainings of a machine, MB: a share of what the machine, or the container, has. */
export function defaultTrainingMemoryMb(): number {
  const machine = totalmem();
  const constrained = process.constrainedMemory();
  // without a limit, it is 0 or a number far above the machine's memory
  const usable = constrained > 0 ? Math.min(machine, constrained) : machine;
  return Math.floor((usable * SHARE) / MB);
}

/** Memory of the process of one prediction or backtest, MB. @param trainingMemoryMb memory of all trainings */
export function mostPredictionMb(trainingMemoryMb: number): number {
  return Math.max(LEAST_PREDICTION_MB, Math.floor(trainingMemoryMb * PREDICTION_SHARE));
}
