import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { fingerprintBars, writeSampleBars } from '@ktrdr/market-data';
import { MemoryOperationStore, OperationsService, systemClock, systemRandomId } from '@ktrdr/orchestrator';
import { MemoryTrialLedger } from '@ktrdr/operation-store';
import { Gate, RecordingLogger } from '@ktrdr/orchestrator/testing';
import { BackgroundThread, parseStrategy } from '@ktrdr/strategy';
import { ModelStorage } from '@ktrdr/trainer';
import { QUICK } from '@ktrdr/service-kit/testing';
import { TrainingManager } from './training-manager.js';

const thread = new BackgroundThread({ timeoutMs: 60_000, mostWaiting: 100 });
afterAll(() => thread.onModuleDestroy());

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ktrdr-training-manager-'));
  await mkdir(join(directory, 'models'));
  await writeSampleBars({
    dataDir: directory,
    symbol: 'AAPL',
    timeframe: '1h',
    startDate: '2024-01-01',
    endDate: '2024-06-30',
  });
});
afterEach(() => rm(directory, { recursive: true }));

/** A training in a real training process on this machine, whose model storage waits at a gate in one of its steps. */
async function trainingHeldAt(step: 'stage' | 'commit') {
  const [gate, logger] = [new Gate(), new RecordingLogger()];
  const models = new ModelStorage(join(directory, 'models'));
  const held = models[step].bind(models) as (...args: unknown[]) => Promise<unknown>;
  Object.assign(models, {
    [step]: async (...args: unknown[]) => {
      await gate.pass();
      return held(...args);
    },
  });
  const operations = new OperationsService({
    store: new MemoryOperationStore(),
    clock: systemClock,
    logger,
    randomId: systemRandomId,
  });
  const settings = {
    dataDir: directory,
    stateDir: join(directory, 'state'),
    trainingEngine: 'onnx',
    trainingCancelGraceMs: 60_000,
    trainingCheckpointEveryMs: 2_000,
    trainingFeatureCacheMb: 0,
    trainingLimits: { mostAtOnce: 2, threads: 2, memoryMb: 4_000, hours: 0 },
    trainingWarmProcesses: 0,
    trainingHostPollMs: 50,
    trainingHostTimeoutMs: 1_000,
    trainingQueueUserLimit: 0,
    trainingHostTrust: { secret: null, ca: null },
  } as const;
  const dependencies = { operations, logger, hostService: { use: false } };
  const manager = new TrainingManager(
    dependencies,
    settings,
    { models, trials: new MemoryTrialLedger() },
    systemClock,
    null,
    thread,
  );
  const { operation_id: id } = await manager.trainMultiSymbolStrategy({
    strategy: parseStrategy(QUICK, { file: 'pattern.yaml' }).strategy,
    spec: {
      strategy: QUICK,
      strategy_file: 'pattern.yaml',
      seed: 1,
      dry_run: false,
      detailed_analytics: false,
      fingerprints: [await fingerprintBars({ dataDir: directory, symbol: 'AAPL', timeframe: '1h' })],
    },
    warnings: [],
  });
  await gate.reached;
  return { gate, operations, models, id };
}

describe('a training that is cancelled', () => {
  test('before its process is started never starts it', async () => {
    const { gate, operations, id } = await trainingHeldAt('stage');
    expect(await operations.cancel(id)).toMatchObject({ status: 'cancelling' });
    gate.open();
    await operations.idle();
    const ended = await operations.get(id);
    expect(ended).toMatchObject({ status: 'cancelled', error: null, result: null, resumable: false });
    // the first report of the training process is 'loading bars'
    expect(ended.progress.context.phase).not.toBe('loading bars');
    expect(ended.progress.percentage).toBe(0);
  });

  test('while its model is being stored completes: the cancel is too late', async () => {
    const { gate, operations, models, id } = await trainingHeldAt('commit');
    expect(await operations.cancel(id, { reason: 'too late' })).toMatchObject({ status: 'cancelling' });
    expect((await operations.get(id)).status).toBe('cancelling');
    gate.open();
    await operations.idle();
    expect(await operations.get(id)).toMatchObject({
      status: 'completed',
      error: null,
      cancel_reason: 'too late',
      progress: { percentage: 100 },
      result: { artifacts: { model: 'pattern/1h_v1' } },
    });
    expect((await models.list()).map(({ model }) => model)).toEqual(['pattern/1h_v1']);
    await expect(operations.cancel(id)).rejects.toMatchObject({ code: 'operation_ended' });
  });
});
