import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { TRAINING_QUEUE_READER } from '@ktrdr/contracts/messages';
import { JobQueue } from '@ktrdr/job-queue';
import { CancellationController, systemClock } from '@ktrdr/orchestrator';
import { FakeClock, RecordingLogger } from '@ktrdr/orchestrator/testing';
import { QUICK } from '@ktrdr/service-kit/testing';
import { parseStrategy } from '@ktrdr/strategy';
import { MemoryTrialLedger } from '@ktrdr/operation-store';
import { ModelStorage } from '@ktrdr/trainer';
import type { KeptRun } from './run-outputs.js';
import { TrainingAdapter } from './training-adapter.js';
import type { TrainingQueue } from './training-queue.js';

const TIMEOUT_MS = 30_000;
/** Longer than the time between two attempts. */
const MOMENT_MS = 1_000;
const DAY_MS = 24 * 3_600_000;

let clock: FakeClock;
/** A queue that is unreachable. */
let queue: TrainingQueue;
let directory: string;
let waits: string[];
let cancellation: CancellationController;
let settled: boolean;

beforeEach(async () => {
  clock = new FakeClock();
  [waits, settled] = [[], false];
  cancellation = new CancellationController();
  directory = await mkdtemp(join(tmpdir(), 'ktrdr-queue-training-'));
  await mkdir(join(directory, 'models'));
  // nothing listens there
  const url = 'postgres://127.0.0.1:1/none';
  queue = new JobQueue({
    url,
    queue: 'away',
    clock: systemClock,
    logger: new RecordingLogger(),
    reader: TRAINING_QUEUE_READER,
  });
});

afterEach(async () => {
  await queue.close();
  await rm(directory, { recursive: true });
});

function train(attempt: { attempt: number; resume: boolean; takenOver: boolean }): Promise<KeptRun> {
  const adapter = new TrainingAdapter(
    null,
    {
      dataDir: directory,
      stateDir: join(directory, 'state'),
      trainingEngine: 'auto',
      trainingCancelGraceMs: 1_000,
      trainingCheckpointEveryMs: 2_000,
      trainingFeatureCacheMb: 0,
      trainingLimits: { mostAtOnce: 2, threads: 2, memoryMb: 4_000, hours: 0 },
      trainingWarmProcesses: 0,
      trainingHostPollMs: 10,
      trainingHostTimeoutMs: TIMEOUT_MS,
      trainingQueueUserLimit: 0,
      trainingHostTrust: { secret: null, ca: null },
    },
    { models: new ModelStorage(join(directory, 'models')), trials: new MemoryTrialLedger() },
    clock,
    queue,
    new RecordingLogger(),
  );
  const run = adapter.train(
    {
      strategy: parseStrategy(QUICK, { file: 'quick.yaml' }).strategy,
      spec: {
        strategy: QUICK,
        strategy_file: 'quick.yaml',
        seed: 1,
        dry_run: false,
        detailed_analytics: false,
        fingerprints: [],
      },
      warnings: [],
    },
    {
      ...attempt,
      operationId: 'op_training_20240101T000000_abcd',
      token: cancellation.token,
      begin: async () => {},
      confirmOwner: async () => {},
      onProgress: () => {},
      onEpochs: () => {},
      onWaiting: (phase) => waits.push(phase),
      onResumable: () => {},
      onWarning: () => {},
      onOutput: () => {},
    },
  );
  const settle = () => {
    settled = true;
  };
  run.then(settle, settle);
  return run;
}

/** Moves the time in one step, so that every sleeping caller makes one more request. */
async function pass(ms: number): Promise<void> {
  clock.skip(ms);
  await clock.advance(0);
}

/** Waits until the queue has not answered for this long. */
async function untilAway(ms: number): Promise<void> {
  const phase = `the training queue does not answer (${Math.round(ms / 1000)} s)`;
  for (let look = 0; look < 3_000; look += 1) {
    if (waits.at(-1) === phase) return;
    await sleep(5);
  }
  throw new Error(`the last of ${waits.length} waits was ${waits.at(-1)}`);
}

const attempts = [
  ['the first attempt', { attempt: 1, resume: false }],
  ['a retry', { attempt: 2, resume: false }],
] as const;

describe.each(attempts)('an unreachable queue: %s', (_name, attempt) => {
  test('fails after the timeout', async () => {
    const run = train({ ...attempt, takenOver: false });
    await untilAway(0);
    await pass(TIMEOUT_MS - 1);
    await untilAway(TIMEOUT_MS);
    expect(settled).toBe(false);
    await pass(MOMENT_MS);
    await expect(run).rejects.toMatchObject({
      code: 'queue_unreachable',
      message: expect.stringMatching(
        /ECONNREFUSED.* Start it, or correct TRAINING_QUEUE_URL, then train again/,
      ),
    });
  });

  test('waits without a limit if a host may be computing, and ends with a cancel', async () => {
    const run = train({ ...attempt, takenOver: true });
    await untilAway(0);
    await pass(TIMEOUT_MS + MOMENT_MS);
    await untilAway(TIMEOUT_MS + MOMENT_MS);
    await pass(DAY_MS);
    await untilAway(DAY_MS + TIMEOUT_MS + MOMENT_MS);
    expect(settled).toBe(false);
    // the training may not be waiting: its host may still be training
    expect(waits).not.toContain('waiting for a host');
    cancellation.cancel('enough', { force: true });
    await pass(MOMENT_MS);
    await expect(run).rejects.toMatchObject({ code: 'host_lost' });
  });
});
