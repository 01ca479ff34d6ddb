import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { SESSION_LEASE_MS, type StartSessionRequest } from '@ktrdr/contracts';
import { fingerprintBars, writeSampleBars } from '@ktrdr/market-data';
import { MemoryOperationStore, OperationsService } from '@ktrdr/orchestrator';
import { FakeClock, RecordingLogger, settle } from '@ktrdr/orchestrator/testing';
import { BackgroundThread } from '@ktrdr/strategy';
import { CheckpointFolders, EngineSelector, ModelStorage } from '@ktrdr/trainer';
import { TrainingRunner } from '@ktrdr/training-operation';
import { OwnBars } from './session-bars.js';
import { SessionCheck } from './session-check.js';
import { SessionManager } from './session-manager.js';
import { SessionsService } from './sessions.service.js';

const STRATEGY = `name: kept
version: "3.0"
training_data:
  symbols: { mode: single, symbol: AAPL }
  timeframes: { mode: single, timeframe: 1h }
  history_required: 60
indicators: { rsi_14: { type: rsi, period: 14 } }
fuzzy_sets: { momentum: { indicator: rsi_14, low: [0, 25, 45], high: [55, 75, 100] } }
nn_inputs: [{ fuzzy_set: momentum, timeframes: all }]
model: { type: mlp, architecture: { hidden_layers: [4] } }
decisions: { output_format: classification }
training:
  method: supervised
  labels: { source: zigzag, zigzag_threshold: 0.01 }
  epochs: 100000
  data_split: { train: 0.7, validation: 0.15, test: 0.15 }
`;

const thread = new BackgroundThread({ timeoutMs: 60_000, mostWaiting: 100 });
afterAll(() => thread.onModuleDestroy());

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'ktrdr-sessions-'));
  await writeSampleBars({
    dataDir,
    symbol: 'AAPL',
    timeframe: '1h',
    startDate: '2024-01-01',
    endDate: '2024-06-30',
  });
});
afterEach(() => rm(dataDir, { recursive: true }));

/** A host that accepts `maxSessions` and computes one at a time. */
async function host(maxSessions: number) {
  const [clock, logger] = [new FakeClock(), new RecordingLogger()];
  let count = 0;
  const operations = new OperationsService({
    store: new MemoryOperationStore(),
    clock,
    logger,
    randomId: () => `host${count++}`,
  });
  const checkpoints = new CheckpointFolders(join(dataDir, 'state'));
  const folders = new ModelStorage(join(dataDir, 'sessions'));
  const engines = new EngineSelector();
  const runner = {
    mode: 'host',
    engine: 'wasm',
    stateDir: join(dataDir, 'state'),
    cancelGraceMs: 5_000,
    checkpointEveryMs: 2_000,
    featureCacheMb: 0,
    limits: { mostAtOnce: 1, threads: 2, memoryMb: 4_000, hours: 0 },
    warmProcesses: 0,
    log: () => undefined,
    clock,
  } as const;
  const manager = new SessionManager(
    { operations, logger },
    new TrainingRunner(runner, engines, checkpoints),
  );
  const check = new SessionCheck(new OwnBars({ dataDir }), 'wasm', engines, checkpoints, thread);
  const settings = { maxSessions, wait: false, leaseMs: SESSION_LEASE_MS };
  const parts = { operations, folders, clock, logger };
  const sessions = new SessionsService(settings, check, manager, parts);
  const fingerprints = [await fingerprintBars({ dataDir, symbol: 'AAPL', timeframe: '1h' })];
  const start = async (number: number, changes: Partial<StartSessionRequest> = {}): Promise<string> => {
    const { session_id } = await sessions.start({
      operation_id: `op_training_20240101T000000_api${number}`,
      strategy: STRATEGY,
      strategy_file: 'kept.yaml',
      detailed_analytics: false,
      dry_run: false,
      seed: 1,
      engine: 'wasm',
      fingerprints,
      ...changes,
    });
    return session_id;
  };
  return { clock, logger, operations, sessions, start };
}

test('a session continues while it gets requests, and is cancelled when its lease expires', async () => {
  const { clock, operations, sessions, start } = await host(1);
  const id = await start(1);
  for (let look = 0; look < 3; look += 1) {
    await clock.advance(SESSION_LEASE_MS - 1);
    expect((await sessions.get(id)).status).toBe('running');
  }
  await clock.advance(SESSION_LEASE_MS - 1);
  expect((await operations.get(id)).status).toBe('running');
  await clock.advance(1);
  await operations.idle();
  expect((await sessions.get(id)).status).toBe('cancelled');
  expect(clock.waiting).toBe(0);
});

test('each log line of a session names the operation of the API', async () => {
  const { operations, logger, start } = await host(1);
  const id = await start(1, { dry_run: true });
  await operations.idle();
  const lines = logger.lines.filter(({ fields }) => fields['operation_id'] === id);
  expect(lines.map(({ message }) => message)).toEqual(
    expect.arrayContaining(['operation started', 'operation ended']),
  );
  const named = lines.map(({ fields }) => fields['api_operation_id']);
  expect(named).toEqual(lines.map(() => 'op_training_20240101T000000_api1'));
});

test.each([
  ['auto', 'wasm'],
  ['onnx', 'onnx'],
] as const)('the engine %s of a request is %s on this host', async (engine, taken) => {
  const { operations, sessions, start } = await host(1);
  const id = await start(1, { engine, dry_run: true });
  await operations.idle();
  const session = await sessions.get(id);
  expect(session).toMatchObject({ status: 'completed', engine: taken, device: 'cpu' });
  expect(session.result?.resource_usage).toMatchObject({ engine: taken, engine_times: [] });
});

describe('the next attempt of an operation', () => {
  test('gets the running session of the previous attempt, and its own session after that has ended', async () => {
    const { operations, sessions, start } = await host(1);
    const first = await start(1);
    expect(await start(1, { attempt: 2 })).toBe(first);
    await sessions.cancel(first, {});
    await operations.idle();
    expect(await start(1)).toBe(first);
    const second = await start(1, { attempt: 2, dry_run: true });
    expect(second).not.toBe(first);
    await operations.idle();
    expect(await start(1, { attempt: 2 })).toBe(second);
    expect((await sessions.get(first)).status).toBe('cancelled');
  });

  test('cannot resume without a checkpoint', async () => {
    const { start } = await host(1);
    await expect(start(1, { attempt: 2, resume: true })).rejects.toMatchObject({
      code: 'checkpoint_missing',
    });
  });
});

describe('an ended session', () => {
  test('is kept until its API has had time to read it, however many end at once', async () => {
    const { operations, sessions, start } = await host(30);
    const ids: string[] = [];
    for (let number = 0; number < 30; number += 1) ids.push(await start(number));
    for (const id of ids) await sessions.cancel(id, {});
    await operations.idle();
    for (const id of ids) expect((await sessions.get(id)).status).toBe('cancelled');
  });

  test('whose files cannot be removed is forgotten, and the log says so', async () => {
    const { logger, operations, sessions, start } = await host(1);
    const oldest = await start(0, { dry_run: true });
    await operations.idle();
    expect((await sessions.get(oldest)).status).toBe('completed');
    // a file replaces the folder, so that nothing below it can be created or removed
    await rm(join(dataDir, 'sessions', '.staging'), { recursive: true });
    await writeFile(join(dataDir, 'sessions', '.staging'), '');
    for (let number = 1; number <= 20; number += 1) {
      await start(number);
      await operations.idle();
    }
    const failed = 'the files of a session could not be removed';
    for (let turn = 0; turn < 10_000 && !logger.messages('error').includes(failed); turn += 1) await settle();
    await expect(sessions.get(oldest)).rejects.toMatchObject({ code: 'session_not_found' });
    expect(logger.messages('error')).toContain(failed);
  });
});
