import { mkdir, readdir, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { TrainingMetrics, TrainingProgressUpdate } from '@ktrdr/contracts';
import {
  runTrainerProcess,
  TrainingCancelledError,
  type TrainingRunOutcome,
  type TrainingRunRequest,
} from '@ktrdr/trainer';
import { childProcesses } from './fixtures/processes.js';
import { strategyText, trainingRequest, workplace, writeBars, type Workplace } from './fixtures/training.js';

let place: Workplace;
beforeAll(async () => {
  place = await workplace();
  await writeBars(place.dataDir, 'AAA', '1h', 1500);
});
afterEach(() => {
  expect(childProcesses()).toEqual([]);
});
afterAll(() => place.remove());

interface Attempt {
  outcome: Promise<TrainingRunOutcome>;
  controller: AbortController;
  updates: TrainingProgressUpdate[];
  /** Checkpoints so far. */
  checkpoints: () => number;
  /** Samples that were reported when the last one was written. */
  itemsAtCheckpoint: () => number;
  /** Resolves with the first report of a batch that fits. */
  until: (fits: (update: TrainingProgressUpdate) => boolean) => Promise<void>;
}

function begin(request: TrainingRunRequest): Attempt {
  const controller = new AbortController();
  const updates: TrainingProgressUpdate[] = [];
  let [checkpoints, items] = [0, 0];
  const waiting: { fits: (update: TrainingProgressUpdate) => boolean; resolve: () => void }[] = [];
  const outcome = runTrainerProcess(request, {
    signal: controller.signal,
    graceMs: 20_000,
    onProgress(update) {
      updates.push(update);
      for (const { fits, resolve } of waiting) if (fits(update)) resolve();
    },
    onCheckpoint() {
      checkpoints += 1;
      items = updates.at(-1)?.items_processed ?? 0;
    },
  });
  outcome.catch(() => undefined);
  const until = (fits: (update: TrainingProgressUpdate) => boolean): Promise<void> =>
    new Promise((resolve) => waiting.push({ fits, resolve }));
  return {
    outcome,
    controller,
    updates,
    checkpoints: () => checkpoints,
    itemsAtCheckpoint: () => items,
    until,
  };
}

/** One operation's requests: each attempt has a separate output folder, as services give it. */
async function requestsOf(name: string, changes: Partial<TrainingRunRequest> = {}) {
  const base = trainingRequest(place, changes);
  return async (attempt: string): Promise<TrainingRunRequest> => {
    const outputDir = join(place.outputDir, `${name} ${attempt}`);
    await mkdir(outputDir);
    return { ...base, outputDir, resume: attempt !== 'first' };
  };
}

const LONG = { strategy: strategyText({ epochs: 150, hiddenLayers: [64, 32] }), detailed_analytics: true };

const modelOf = ({ outputDir }: TrainingRunRequest): Promise<Buffer> =>
  readFile(join(outputDir, 'model/model.onnx'));

function historyOf({ result }: TrainingRunOutcome): Partial<TrainingMetrics> {
  const { training_time: _time, analytics: _analytics, ...metrics } = result.training_metrics!;
  return metrics;
}

describe('a cancelled run in its own process', () => {
  test('resumes and gives the model and history of a run without the cancel', async () => {
    const never = await (await requestsOf('never', LONG))('first');
    const whole = await begin(never).outcome;
    // The only checkpoint is that of the cancel.
    const requests = await requestsOf('stopped', { ...LONG, checkpointEveryMs: 3_600_000 });
    const first = begin(await requests('first'));
    await first.until(({ current_epoch }) => (current_epoch ?? 0) >= 30);
    first.controller.abort();
    await expect(first.outcome).rejects.toBeInstanceOf(TrainingCancelledError);
    expect(first.checkpoints()).toBe(1);

    const request = await requests('second');
    const second = begin(request);
    const outcome = await second.outcome;
    expect(historyOf(outcome)).toEqual(historyOf(whole));
    expect((await modelOf(request)).equals(await modelOf(never))).toBe(true);

    const seen = (updates: TrainingProgressUpdate[]): number[] =>
      updates.flatMap(({ items_processed }) => items_processed ?? []);
    expect(seen(second.updates)[0]).toBeGreaterThanOrEqual(seen(first.updates).at(-1)!);
    const analytics = await readFile(join(request.outputDir, 'analytics/metrics.csv'), 'utf8');
    expect(analytics.trim().split('\n')).toHaveLength(1 + 150);
  });

  test('is refused with other bars, and skips a damaged checkpoint with a warning', async () => {
    const requests = await requestsOf('torn', {
      strategy: strategyText({ epochs: 40, hiddenLayers: [64, 32] }),
    });
    const stop = async (attempt: string): Promise<void> => {
      const run = begin(await requests(attempt));
      await run.until(({ current_batch }) => current_batch !== null);
      run.controller.abort();
      await expect(run.outcome).rejects.toBeInstanceOf(TrainingCancelledError);
    };
    await stop('first');
    await stop('second');
    const { checkpointDir } = await requests('third');
    const [older, newer] = (await readdir(checkpointDir)).toSorted();
    await truncate(join(checkpointDir, newer!), 500);

    const { outcome } = begin({ ...(await requests('other seed')), seed: 8 });
    await expect(outcome).rejects.toMatchObject({
      code: 'checkpoint_refused',
      message: expect.stringContaining(
        `${older} cannot be used: it belongs to another run: the seed differs.`,
      ),
    });
    const { warnings } = await begin(await requests('fourth')).outcome;
    expect(warnings).toContainEqual(expect.stringMatching(`^${newer} cannot be used: it is damaged`));
  });
});

describe('a run that failed', () => {
  test('by a SIGKILL resumes from its last checkpoint', async () => {
    const strategy = {
      strategy: strategyText({ epochs: 4000, hiddenLayers: [8] }),
      checkpointEveryMs: 100,
    };
    const requests = await requestsOf('killed', strategy);
    const first = begin(await requests('first'));
    await first.until(() => first.checkpoints() > 0);
    for (const { pid } of childProcesses()) process.kill(pid, 'SIGKILL');
    await expect(first.outcome).rejects.toMatchObject({ code: 'trainer_out_of_memory' });
    const second = begin(await requests('second'));
    await second.until(({ current_batch }) => current_batch !== null);
    second.controller.abort();
    await expect(second.outcome).rejects.toBeInstanceOf(TrainingCancelledError);
    const [seen] = second.updates.flatMap(({ items_processed }) => items_processed ?? []);
    expect(seen).toBeGreaterThan(first.itemsAtCheckpoint());
  });

  test('while storing its model keeps what it trained', async () => {
    const requests = await requestsOf('full', {
      strategy: strategyText({ epochs: 5 }),
      checkpointEveryMs: 3_600_000,
    });
    const request = await requests('first');
    const outputDir = join(request.outputDir, 'gone', 'x'.repeat(300));
    const first = begin({ ...request, outputDir });
    await expect(first.outcome).rejects.toMatchObject({ code: 'storage_failed' });
    expect(first.checkpoints()).toBe(1);
    const second = begin(await requests('second'));
    expect((await second.outcome).result.training_metrics?.epochs_trained).toBe(5);
    expect(second.updates.filter(({ current_batch }) => current_batch !== null)).toEqual([]);
  });

  test('without a checkpoint cannot be resumed', async () => {
    const request = await (await requestsOf('none'))('second');
    await expect(begin(request).outcome).rejects.toMatchObject({ code: 'checkpoint_missing' });
  });
});
