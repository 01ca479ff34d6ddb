import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { TRAINING_PHASES, type TrainingPhase, type TrainingProgressUpdate } from '@ktrdr/contracts';
import {
  train,
  TrainingCancelledError,
  type TrainingRunOutcome,
  type TrainingRunRequest,
} from '@ktrdr/trainer';
import { trainingRequest, workplace, writeBars, type Workplace } from './fixtures/training.js';

/** Cancels from within a report: the run stands at that very place, and nothing sleeps. */
let place: Workplace;
beforeAll(async () => {
  place = await workplace();
  await writeBars(place.dataDir, 'AAA', '1h', 1500);
});
afterAll(() => place.remove());

interface Run {
  outcome: Promise<TrainingRunOutcome>;
  outputDir: string;
  phases: TrainingPhase[];
}

/** A run that is cancelled with the first report that fits. */
async function run(
  name: string,
  isPlace: (update: TrainingProgressUpdate) => boolean,
  changes: Partial<TrainingRunRequest> = {},
): Promise<Run> {
  const outputDir = join(place.outputDir, name);
  await mkdir(outputDir);
  const controller = new AbortController();
  const phases: TrainingPhase[] = [];
  const outcome = train(trainingRequest(place, { outputDir, ...changes }), {
    signal: controller.signal,
    clock: { now: () => performance.now() },
    onProgress(update) {
      phases.push(update.phase);
      if (isPlace(update)) controller.abort();
    },
  });
  outcome.catch(() => undefined);
  return { outcome, outputDir, phases };
}

const isLastBatch = ({ phase, ...at }: TrainingProgressUpdate): boolean =>
  phase === 'training' &&
  at.current_batch !== null &&
  at.current_epoch === at.total_epochs &&
  at.current_batch === at.total_batches;

describe('a cancelled run', () => {
  test.each(TRAINING_PHASES)('at %s ends there, without a model', async (phase) => {
    const { outcome, outputDir, phases } = await run(phase, (update) => update.phase === phase, {
      walk_forward: 2,
    });
    await expect(outcome).rejects.toBeInstanceOf(TrainingCancelledError);
    expect(phases.at(-1)).toBe(phase);
    expect(await readdir(outputDir)).toEqual([]);
  });

  test('at the last batch of the last epoch resumes to the same model', async () => {
    const never = await run('never', () => false);
    await never.outcome;
    const checkpointDir = join(place.outputDir, 'last-batch-checkpoints');
    const first = await run('last-batch', isLastBatch, { checkpointDir });
    await expect(first.outcome).rejects.toBeInstanceOf(TrainingCancelledError);
    expect(first.phases).not.toContain('storing model');
    expect(await readdir(first.outputDir)).toEqual([]);
    const second = await run('gone-on', () => false, { checkpointDir, resume: true });
    await second.outcome;
    const weights = ({ outputDir }: Run) => readFile(join(outputDir, 'model', 'model.onnx'));
    expect((await weights(second)).equals(await weights(never))).toBe(true);
  });
});
