import type { EngineName } from '@ktrdr/contracts';
import { createEngine, Progress, runTrainingLoop, TrainingCancelledError } from '@ktrdr/trainer';
import { caseLoop, casePart, type TrainingCase } from '../training-cases.js';

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
      ...caseLoop(one, part),
      engine,
      signal,
      clock,
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
