import type { EngineName } from '@ktrdr/contracts';
import { createEngine, Progress, runTrainingLoop, TrainingCancelledError } from '@ktrdr/trainer';
import { casePart, type TrainingCase } from '../training-cases.js';

const VALIDATION_ROWS = 64;
/** Time before a cancel, ms, after the first epoch. */
const BEFORE_CANCEL_MS = 300;

/** Trains a case with the product's own loop until the signal or the callback ends it. */
async function trainUntil(
  name: EngineName,
  one: TrainingCase,
  { signal, onEpochEnd }: { signal: AbortSignal; onEpochEnd: () => string | undefined },
): Promise<void> {
  const part = casePart(one);
  const engine = await createEngine(name);
  const clock = { now: () => Date.now() };
  try {
    await runTrainingLoop({
      model: one.network,
      settings: {
        epochs: 1_000_000,
        batchSize: one.batch,
        learningRate: 0.001,
        optimizer: 'adam',
        weightDecay: 0,
        gradientClip: null,
        loss: { type: 'cross_entropy' },
        earlyStopping: null,
        learningRateSchedule: null,
        classWeights: false,
      },
      train: part,
      validation: {
        ...part,
        windowEnds: part.windowEnds.subarray(0, VALIDATION_ROWS),
        targets: part.targets.subarray(0, VALIDATION_ROWS),
      },
      engine,
      seed: 1,
      signal,
      clock,
      gradientNorms: false,
      callbacks: [new Progress(() => {}, clock), { onEpochEnd: () => Promise.resolve(onEpochEnd()) }],
    });
  } finally {
    engine.dispose();
  }
}

/** Samples per second, after an epoch to warm up. */
export async function trainingSpeed(name: EngineName, one: TrainingCase, seconds: number): Promise<number> {
  let begin: number | null = null;
  let epochs = 0;
  let speed = Number.NaN;
  await trainUntil(name, one, {
    signal: new AbortController().signal,
    onEpochEnd: () => {
      const now = performance.now();
      if (begin === null) {
        begin = now;
        return undefined;
      }
      epochs += 1;
      speed = (epochs * one.rows * 1000) / (now - begin);
      return now - begin < seconds * 1000 ? undefined : 'measured';
    },
  });
  return speed;
}

/** Time from a cancel in the middle of a training until the loop has ended, ms. */
export async function cancelTime(name: EngineName, one: TrainingCase): Promise<number> {
  const cancel = new AbortController();
  let timer: NodeJS.Timeout | null = null;
  let cancelled = Number.NaN;
  const training = trainUntil(name, one, {
    signal: cancel.signal,
    onEpochEnd: () => {
      timer ??= setTimeout(() => {
        cancelled = performance.now();
        cancel.abort();
      }, BEFORE_CANCEL_MS);
      return undefined;
    },
  });
  try {
    await training;
  } catch (error) {
    if (!(error instanceof TrainingCancelledError)) throw error;
    return performance.now() - cancelled;
  }
  throw new Error('the training ended without the cancel');
}
