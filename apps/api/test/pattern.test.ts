import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { EMPTY_PROGRESS_CONTEXT } from '@ktrdr/contracts';
import type { CancelOperationResponse, Operation, OperationStarted } from '@ktrdr/contracts';
import { writeSampleBars } from '@ktrdr/market-data';
import { MemoryOperationStore, OperationsService, systemClock, systemRandomId } from '@ktrdr/orchestrator';
import type { Clock, ServiceOrchestratorDependencies } from '@ktrdr/orchestrator';
import { BackgroundThread, parseStrategy } from '@ktrdr/strategy';
import { MemoryTrialLedger } from '@ktrdr/operation-store';
import { ModelStorage } from '@ktrdr/trainer';
import { DummyService } from '../src/dummy/dummy-service.js';
import { TrainingManager } from '../src/training/training-manager.js';
import { LONG_GRACE, dataOf, ROOT, Sandbox, until } from '@ktrdr/service-kit/testing';
import type { TestService } from '@ktrdr/service-kit/testing';
import { LONG, QUICK } from '@ktrdr/service-kit/testing';

/** Compares trainings with dummy tasks: trainings must behave like the reference implementation. */
let sandbox: Sandbox;
let api: TestService;

beforeAll(async () => {
  sandbox = await Sandbox.create();
  await writeSampleBars({
    dataDir: sandbox.dataDir,
    symbol: 'AAPL',
    timeframe: '1h',
    startDate: '2024-01-01',
    endDate: '2024-06-30',
  });
  api = await sandbox.startApi('api', LONG_GRACE);
});

afterAll(() => sandbox.close());

/** For both types: a request that ends soon, and one that can be interrupted. */
const starts = {
  training: { path: '/trainings/start', quick: { strategy: QUICK }, long: { strategy: LONG } },
  dummy: {
    path: '/dummy/start',
    quick: { duration_seconds: 0.01, iterations: 5 },
    // one iteration takes longer than any test
    long: { duration_seconds: 60, iterations: 100 },
  },
} as const;
type Kind = keyof typeof starts;
const kinds = Object.keys(starts) as Kind[];

async function start(kind: Kind, length: 'quick' | 'long'): Promise<OperationStarted> {
  const { path, [length]: body } = starts[kind];
  return dataOf(await api.post<OperationStarted>(path, body));
}

/** Runs the same steps for both types. @returns both outcomes */
async function both<T>(what: (kind: Kind) => Promise<T>): Promise<[training: T, dummy: T]> {
  return Promise.all([what('training'), what('dummy')]);
}

function keysOf(value: object | null): string[] {
  return Object.keys(value ?? {}).toSorted();
}

/** Keys of an operation, of its progress and context. */
function keysThroughout(operation: Operation): Record<string, string[]> {
  return {
    operation: keysOf(operation),
    progress: keysOf(operation.progress),
    context: keysOf(operation.progress.context),
  };
}

describe('trainings and dummy tasks answer with the same keys', () => {
  test('when they are started', async () => {
    const [training, dummy] = await both((kind) => start(kind, 'quick'));
    expect(keysOf(training)).toEqual(['message', 'operation_id', 'status']);
    expect(keysOf(dummy)).toEqual(keysOf(training));
    expect([training.status, dummy.status]).toEqual(['started', 'started']);
    expect(training.operation_id).toMatch(/^op_training_[0-9]{8}T[0-9]{6}_/);
    expect(dummy.operation_id).toMatch(/^op_dummy_[0-9]{8}T[0-9]{6}_/);
  });

  test('while they run, when they are cancelled and when they have completed', async () => {
    const [training, dummy] = await both(async (kind) => {
      const running = await start(kind, 'long');
      const during = await api.untilOperation(running.operation_id, ({ status }) => status === 'running');
      await api.post(`/operations/${running.operation_id}/cancel`);
      const cancelled = await api.untilEnded(running.operation_id);
      const completed = await api.untilEnded((await start(kind, 'quick')).operation_id);
      return [during, cancelled, completed].map(keysThroughout);
    });
    expect(dummy).toEqual(training);
    expect(training[0]?.context).toEqual(keysOf(EMPTY_PROGRESS_CONTEXT));
  });

  test('but each has the metadata of its type', async () => {
    const metadata = await both(async (kind) => {
      const { operation_id } = await start(kind, 'quick');
      return keysOf((await api.untilEnded(operation_id)).metadata);
    });
    expect(metadata).toEqual([
      ['end_date', 'parameters', 'start_date', 'strategy', 'symbols', 'timeframes'],
      ['parameters'],
    ]);
  });

  test('in their event streams', async () => {
    const [training, dummy] = await both(async (kind) => {
      const { operation_id } = await start(kind, 'quick');
      return eventsOf(operation_id);
    });
    for (const events of [training, dummy]) {
      expect(events[0]?.type).toBe('status');
      expect(events.at(-1)).toMatchObject({ type: 'status', operation: { status: 'completed' } });
    }
    expect(new Set(training.map(({ type }) => type))).toEqual(new Set(['status', 'progress']));
    const [last, lastOfDummy] = [training, dummy].map((events) => events.at(-1)?.operation);
    expect(keysThroughout(lastOfDummy as Operation)).toEqual(keysThroughout(last as Operation));
  });
});

describe('trainings and dummy tasks behave the same', () => {
  test('completed: 100 %, a result, no error', async () => {
    for (const kind of kinds) {
      const operation = await api.untilEnded((await start(kind, 'quick')).operation_id);
      expect(operation).toMatchObject({
        status: 'completed',
        error: null,
        cancel_requested_at: null,
        cancel_reason: null,
      });
      expect(operation.progress.percentage).toBe(100);
      expect(operation.result).not.toBeNull();
      expect(Date.parse(operation.completed_at ?? '')).toBeGreaterThanOrEqual(
        Date.parse(operation.started_at ?? ''),
      );
    }
  });

  test('cancelled: first cancelling, then cancelled when the work has ended; below 100 %, no result', async () => {
    for (const kind of kinds) {
      const { operation_id } = await start(kind, 'long');
      await api.untilOperation(
        operation_id,
        ({ progress }) => progress.steps_total !== null && progress.context.phase !== 'starting',
      );
      const answer = await api.post<CancelOperationResponse>(`/operations/${operation_id}/cancel`, {
        reason: 'a test',
      });
      expect(dataOf(answer)).toMatchObject({ operation_id, status: 'cancelling' });
      const operation = await api.untilEnded(operation_id);
      expect(operation).toMatchObject({ status: 'cancelled', result: null, error: null });
      expect(operation.progress.percentage).toBeLessThan(100);
      expect(operation.cancel_requested_at).not.toBeNull();
      expect(operation.cancel_reason).toBe('a test');
      const again = await api.post(`/operations/${operation_id}/cancel`);
      expect(again).toMatchObject({ status: 409, body: { error: { code: 'operation_ended' } } });
    }
  });

  test('rejected: an invalid request creates no operation', async () => {
    for (const kind of kinds) {
      const answer = await api.post(starts[kind].path, { nonsense: true });
      expect(answer).toMatchObject({
        status: 400,
        body: { success: false, error: { code: 'invalid_request' } },
      });
    }
  });

  test('failed: below 100 %, no result, a code and a message, and the manager continues', async () => {
    // enough for the budget, not for the trainer
    await mkdir(sandbox.path('no-bars'));
    await mkdir(sandbox.path('manager-models'));
    await writeFile(sandbox.path('no-bars', 'AAPL_1h.csv'), 'timestamp,open,high,low,close,volume\n');
    const stopped: Clock = {
      ...systemClock,
      sleep: () => Promise.reject(new Error('the clock has stopped')),
    };
    const failures = await both(async (kind) => {
      const store = new MemoryOperationStore();
      const clock = kind === 'dummy' ? stopped : systemClock;
      const operations = new OperationsService({ store, clock, logger: silent, randomId: systemRandomId });
      const { operation_id } = await startFailing(kind, {
        operations,
        logger: silent,
        hostService: { use: false },
      });
      return until(
        'the failure',
        () => operations.get(operation_id),
        ({ completed_at }) => completed_at !== null,
      );
    });
    expect(failures.map(({ error }) => error?.code)).toEqual(['bars_invalid', 'internal_error']);
    for (const operation of failures) {
      expect(operation).toMatchObject({ status: 'failed', result: null, cancel_requested_at: null });
      expect(keysOf(operation.error)).toEqual(expect.arrayContaining(['code', 'message']));
      expect(operation.error?.message).not.toMatch(/\n\s+at /);
      expect(operation.progress.percentage).toBeLessThan(100);
    }
    expect(keysThroughout(failures[1])).toEqual(keysThroughout(failures[0]));
  });
});

describe('one pattern in the source', () => {
  const source = (path: string): Promise<string> => readFile(join(ROOT, 'apps/api/src', path), 'utf8');
  const machinery =
    /startManagedOperation|runOperation|OperationsService|OperationStore|CancellationToken|AbortController|AsyncLocalStorage|setTimeout|setInterval|new Promise|EventEmitter/;

  test('TrainingService only validates and delegates; it does not handle operations itself', async () => {
    const text = await source('training/training.service.ts');
    expect(text).not.toMatch(machinery);
    const imports = [...text.matchAll(/from '([^']+)'/g)].map(([, from]) => from);
    expect(imports).not.toContain('@ktrdr/orchestrator');
    expect(text.replace("import { checkEngineSupport } from '@ktrdr/trainer';", '')).not.toContain(
      '@ktrdr/trainer',
    );
    const delegated = [...text.matchAll(/this\.manager\.(\w+)\(/g)].map(([, method = '']) => method);
    expect(delegated.toSorted()).toEqual(['estimate', 'requestOf', 'trainMultiSymbolStrategy']);
  });

  test.each(['training/training-manager.ts', 'dummy/dummy-service.ts'])(
    '%s starts its operations in one place, and its domain method has no async plumbing',
    async (path) => {
      const text = await source(path);
      expect(text.match(/this\.startManagedOperation\(/g)).toHaveLength(1);
      expect(text).toMatch(/extends ServiceOrchestrator\b/);
      expect(text).not.toMatch(
        /AbortController|AsyncLocalStorage|setTimeout|setInterval|new Promise|\.then\(|\.catch\(/,
      );
    },
  );

  test('both managers report their settings and their health in the same way', async () => {
    const operations = new OperationsService({
      store: new MemoryOperationStore(),
      clock: systemClock,
      logger: silent,
      randomId: systemRandomId,
    });
    const dependencies = { operations, logger: silent, hostService: { use: false } };
    const managers = [trainingManager(dependencies), new DummyService(dependencies)];
    const [training, dummy] = managers.map((manager) => manager.getConfigurationInfo());
    expect(keysOf(dummy ?? null)).toEqual(keysOf(training ?? null));
    expect(training?.environment_variables).toEqual({
      use: 'USE_TRAINING_HOST_SERVICE',
      url: 'TRAINING_HOST_SERVICE_URL',
    });
    expect(dummy).toMatchObject({
      using_host_service: false,
      host_service_url: null,
      default_host_url: null,
      environment_variables: null,
    });
    const health = await Promise.all(managers.map((manager) => manager.healthCheck()));
    expect(health.map(({ healthy }) => healthy)).toEqual([true, true]);
    expect(keysOf(health[1] ?? null)).toEqual(keysOf(health[0] ?? null));
  });
});

const silent = { info() {}, warn() {}, error() {} };

function trainingManager(dependencies: ServiceOrchestratorDependencies): TrainingManager {
  return new TrainingManager(
    dependencies,
    {
      dataDir: sandbox.path('no-bars'),
      stateDir: sandbox.path('manager-state'),
      trainingEngine: 'auto',
      trainingCancelGraceMs: 1_000,
      trainingCheckpointEveryMs: 2_000,
      trainingFeatureCacheMb: 0,
      trainingLimits: { mostAtOnce: 2, threads: 2, memoryMb: 4_000, hours: 0 },
      trainingWarmProcesses: 0,
      trainingHostPollMs: 50,
      trainingHostTimeoutMs: 1_000,
      trainingQueueUserLimit: 0,
      trainingHostTrust: { secret: null, ca: null },
    },
    { models: new ModelStorage(sandbox.path('manager-models')), trials: new MemoryTrialLedger() },
    systemClock,
    null,
    new BackgroundThread({ timeoutMs: 1_000, mostWaiting: 1 }),
  );
}

function startFailing(kind: Kind, dependencies: ServiceOrchestratorDependencies): Promise<OperationStarted> {
  if (kind === 'dummy') {
    return new DummyService(dependencies).startDummyTask({ durationSeconds: 1, iterations: 2 });
  }
  return trainingManager(dependencies).trainMultiSymbolStrategy({
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
  });
}

interface StreamedEvent {
  type: string;
  operation: Operation;
}

/** Reads every event of an operation until the stream ends. */
async function eventsOf(id: string): Promise<StreamedEvent[]> {
  const response = await fetch(`${api.url}/operations/${id}/events`, { signal: AbortSignal.timeout(15_000) });
  const text = await response.text();
  return text.split('\n\n').flatMap((block) => {
    const type = /^event: (.*)$/m.exec(block)?.[1];
    const data = /^data: (.*)$/m.exec(block)?.[1];
    return type === undefined || data === undefined
      ? []
      : [{ type, operation: JSON.parse(data) as Operation }];
  });
}
