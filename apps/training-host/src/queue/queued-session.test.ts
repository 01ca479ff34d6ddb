import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { access, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, expect, test } from '@jest/globals';
import type {
  QueuedTrainingOutcome,
  QueuedTrainingReport,
  SessionReport,
  StartSessionRequest,
} from '@ktrdr/contracts';
import type { JobStop, WorkedJob } from '@ktrdr/job-queue';
import { fingerprintBars, writeSampleBars } from '@ktrdr/market-data';
import { MemoryOperationStore, OperationsService, systemClock, systemRandomId } from '@ktrdr/orchestrator';
import { RecordingLogger } from '@ktrdr/orchestrator/testing';
import { LONG } from '@ktrdr/service-kit/testing';
import { BackgroundThread } from '@ktrdr/strategy';
import { CheckpointFolders, EngineSelector, ModelStorage } from '@ktrdr/trainer';
import { checkpointBytes } from '@ktrdr/trainer/testing';
import { TrainingRunner } from '@ktrdr/training-operation';
import { SessionCheck } from '../sessions/session-check.js';
import { SessionManager } from '../sessions/session-manager.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { FileTransfer } from './file-transfer.js';
import { FetchedBars } from './fetched-bars.js';
import { QueuedSession } from './queued-session.js';

const OPERATION = 'op_training_20240101T000000_abcd';

const thread = new BackgroundThread({ timeoutMs: 60_000, mostWaiting: 100 });
const engines = new EngineSelector();
afterAll(async () => {
  await thread.onModuleDestroy();
  // a training that is cancelled at once leaves the process that tries its engine
  await engines.candidates('onnx', 'mlp');
});

/** The API's files and requests, over real HTTP. */
let api: Server;
let requests: string[];
let checkpoint: Buffer | null;
let bars: Buffer;
let directory: string;
let stateDir: string;
let checkpoints: CheckpointFolders;

beforeEach(async () => {
  [requests, checkpoint] = [[], null];
  directory = await mkdtemp(join(tmpdir(), 'ktrdr-queued-'));
  stateDir = join(directory, 'state');
  checkpoints = new CheckpointFolders(stateDir);
  await writeSampleBars({
    dataDir: directory,
    symbol: 'AAPL',
    timeframe: '1h',
    startDate: '2024-01-01',
    endDate: '2024-06-30',
  });
  bars = await readFile(join(directory, 'AAPL_1h.csv'));
  api = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  api.closeAllConnections();
  await new Promise((resolve) => api.close(resolve));
  await rm(directory, { recursive: true });
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const what = `${request.method} ${request.url?.replace(`/trainings/${OPERATION}/`, '')}`;
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  requests.push(what);
  if (what === 'GET bars/AAPL/1h') response.end(bars);
  else if (what === 'GET checkpoint' && checkpoint !== null) response.end(checkpoint);
  else if (/^PUT runs\/\d+\/checkpoint$/.test(what)) {
    checkpoint = Buffer.concat(chunks);
    response.end('{}');
  } else {
    response.statusCode = 409;
    const error = { code: 'checkpoint_missing', message: 'there is none', details: null };
    response.end(JSON.stringify({ success: false, error }));
  }
}

/** A host of the queue that has no bars of its own. */
function openHost(): (job: HeldByTest) => Promise<QueuedTrainingOutcome> {
  const [clock, logger] = [systemClock, new RecordingLogger()];
  const { port } = api.address() as AddressInfo;
  const files = new FileTransfer(`http://127.0.0.1:${port}`, clock, logger);
  const operations = new OperationsService({
    store: new MemoryOperationStore(),
    clock,
    logger,
    randomId: systemRandomId,
  });
  const folders = new ModelStorage(join(stateDir, 'sessions'));
  const settings = {
    mode: 'host',
    engine: 'onnx',
    stateDir,
    cancelGraceMs: 5_000,
    checkpointEveryMs: 100,
    featureCacheMb: 0,
    limits: { mostAtOnce: 1, threads: 2, memoryMb: 4_000, hours: 0 },
    warmProcesses: 0,
    log: () => undefined,
    clock,
  } as const;
  const manager = new SessionManager(
    { operations, logger },
    new TrainingRunner(settings, engines, checkpoints),
  );
  const fetched = new FetchedBars(join(directory, 'none'), stateDir, files, clock);
  const sessions = new SessionsService(
    { maxSessions: 1, wait: true, leaseMs: 60_000 },
    new SessionCheck(fetched, 'onnx', engines, checkpoints, thread),
    manager,
    { operations, folders, clock, logger },
  );
  const parts = { host: 'one', sessions, checkpoints, files, clock, logger };
  return (job) => new QueuedSession(job, parts).work();
}

interface HeldByTest extends WorkedJob<StartSessionRequest, QueuedTrainingReport> {
  reports: SessionReport[];
  stop: (stop: JobStop) => void;
}

async function openJob(delivery: number, resume: boolean): Promise<HeldByTest> {
  const listeners: ((stop: JobStop) => void)[] = [];
  const reports: SessionReport[] = [];
  return {
    reports,
    id: `${OPERATION}-1`,
    delivery,
    secret: '5'.repeat(64),
    data: {
      operation_id: OPERATION,
      strategy: LONG,
      strategy_file: 'long.yaml',
      detailed_analytics: false,
      dry_run: false,
      seed: 1,
      engine: 'onnx',
      fingerprints: [await fingerprintBars({ dataDir: directory, symbol: 'AAPL', timeframe: '1h' })],
      resume,
    },
    report: ({ session }) => reports.push(session),
    onStop: (listener) => listeners.push(listener),
    stop: (stop) => {
      for (const listener of listeners) listener(stop);
    },
  };
}

/** Files of trainings that are left on the host. */
async function left(): Promise<string[]> {
  const folders = ['checkpoints', 'sessions/.staging'];
  const names = folders.map((name) => readdir(join(stateDir, name)).catch(() => []));
  return (await Promise.all(names)).flat();
}

async function until(what: string, isSo: () => boolean): Promise<void> {
  for (let look = 0; look < 6_000; look += 1) {
    if (isSo()) return;
    await sleep(10);
  }
  throw new Error(`${what} did not happen`);
}

test.each([
  ['a resumed training', 1, true],
  ['a training whose host was lost', 2, false],
])(
  '%s whose engine is missing here ends as resumable before it begins, and leaves no files',
  async (_what, delivery, resume) => {
    checkpoint = checkpointBytes('tensorflow-gpu');
    const { session } = await openHost()(await openJob(delivery, resume));
    expect(session).toMatchObject({
      status: 'failed',
      resumable: true,
      error: {
        code: 'engine_unavailable',
        message: expect.stringMatching(
          /written by engine tensorflow-gpu, .* Resume when a host with that engine is free/,
        ),
      },
    });
    expect(requests).toEqual(['GET checkpoint']);
    expect(await left()).toEqual([]);
  },
  60_000,
);

test('a training that has moved to another host leaves no checkpoints', async () => {
  const job = await openJob(1, false);
  const working = openHost()(job);
  await until('a checkpoint', () => checkpoint !== null);
  await access(checkpoints.of(OPERATION));
  job.stop({ cause: 'gone', reason: 'another host has it', force: true });
  expect((await working).session.status).toBe('cancelled');
  expect(await left()).toEqual([]);
});

test('a running training is reported, and as resumable once the API has a checkpoint', async () => {
  const job = await openJob(1, false);
  const working = openHost()(job);
  await until('a report of a resumable epoch', () => {
    const { last_update, resumable } = job.reports.at(-1) ?? {};
    return resumable === true && last_update?.phase === 'training';
  });
  expect(checkpoint).not.toBeNull();
  const phases = job.reports.map(({ progress }) => progress.context.phase);
  expect(phases).toEqual(expect.arrayContaining(['starting', 'training']));
  expect(job.reports[0]).toMatchObject({ last_update: null, resumable: false });
  job.stop({ cause: 'cancelled', reason: 'enough', force: false });
  expect((await working).session).toMatchObject({
    session_id: expect.stringMatching(/^op_training_/),
    status: 'cancelled',
    cancel_reason: 'enough',
    resumable: true,
  });
});

test('a training that is cancelled before it has a session ends as cancelled', async () => {
  const job = await openJob(1, false);
  const working = openHost()(job);
  job.stop({ cause: 'cancelled', reason: 'never mind', force: false });
  expect((await working).session).toEqual({
    session_id: null,
    status: 'cancelled',
    cancel_reason: 'never mind',
    points: [],
    error: null,
    result: null,
    warnings: [],
    resumable: false,
  });
  expect(job.reports).toEqual([]);
});
