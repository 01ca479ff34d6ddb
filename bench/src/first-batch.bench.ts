/**
 * How long a training takes from its start to its first batch, and where that time goes: with a warm training process and without one,
 * started by the command line (a separate process) and by a request. The strategy is the quickstart's. The service trains a few times
 * before the measurement. `npm run bench -- first-batch [trainings of each kind]`
 */
import { spawn } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  isTerminalStatus,
  type Operation,
  type OperationStarted,
  type OperationTimeline,
} from '@ktrdr/contracts';
import { freePort } from '@ktrdr/contracts/testing';
import { dataOf, request, ROOT, Sandbox, until } from '@ktrdr/service-kit/testing';
import type { TrainerMarks } from './first-batch/probe.js';
import { processorMs } from './processor-time.js';
import { percentile, printRow, report, type ReportRow } from './report.js';

const [, , COUNT = '40'] = process.argv;
const P50_TARGET_MS = 250;
const P99_TARGET_MS = 500;
/** Number of measured API starts. */
const API_STARTS = 10;
const API_START_TARGET_MS = 1_500;
/** Trainings before the measurement. */
const WARM_UP = 3;
/** Pause after a training, in which a service may start its next warm process, ms. */
const PAUSE_MS = 2_500;
const STRATEGY_FILE = join(ROOT, 'strategies/sp500_daily.yaml');
const STRATEGY = await readFile(STRATEGY_FILE, 'utf8');

/** A training that ends before `ktrdr` draws a batch has no such part; another missing part took no time. */
const SHOWN = 'start to first batch shown by ktrdr';

type Start = 'ktrdr' | 'http';
/** The parts of one start, in order, ms. */
type Parts = Map<string, number>;

const sandbox = await Sandbox.create();
const marksFolder = sandbox.path('marks');
const probe = new URL('./first-batch/probe.js', import.meta.url).href;

interface Api {
  url: string;
  pid: number;
  stop(): Promise<unknown>;
}

/** Starts an API as a user would: the sandbox's own adds modules to each process. */
async function startApi(name: string, settings: Record<string, string>): Promise<Api> {
  const port = String(await freePort());
  const url = `http://127.0.0.1:${port}`;
  const service = sandbox.spawn(process.execPath, [join(ROOT, 'apps/api/dist/main.js')], {
    PORT: port,
    HOST: '127.0.0.1',
    DATA_DIR: sandbox.dataDir,
    MODELS_DIR: sandbox.path(`${name}-models`),
    STATE_DIR: sandbox.path(`${name}-state`),
    KTRDR_BENCH_MARKS: marksFolder,
    NODE_OPTIONS: `--import ${probe}`,
    ...settings,
  });
  await until(
    url,
    () => fetch(url).catch(() => null),
    (answer) => answer !== null,
  );
  return { url, pid: service.pid, stop: () => service.stop() };
}

async function operationOf(api: Api, id: string): Promise<Operation> {
  return dataOf(await request<Operation>('GET', `${api.url}/operations/${id}`));
}

function now(): number {
  return performance.timeOrigin + performance.now();
}

/** Time that a process of Node takes that does nothing, ms. */
async function bareNode(): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' });
  await new Promise((resolve) => child.once('exit', resolve));
  return performance.now() - began;
}

/** Processor time of an API from its start to its first answer. */
async function apiStarts(): Promise<ReportRow> {
  const values: number[] = [];
  for (let index = 0; index < API_STARTS; index++) {
    const api = await startApi(`start-${index}`, { TRAINING_WARM_PROCESSES: '0' });
    values.push(processorMs(api.pid));
    await api.stop();
  }
  const [p50, p99] = [percentile(values, 0.5), percentile(values, 0.99)];
  return {
    start: 'api',
    warm: false,
    part: 'processor time of a start of the API',
    p50,
    p99,
    unit: 'ms',
    target: `p99 < ${API_START_TARGET_MS}`,
    met: p99 < API_START_TARGET_MS,
  };
}

/** @returns when it started, Unix time (ms), and the operation */
async function start(api: Api, how: Start): Promise<{ began: number; id: string; seen: number }> {
  const began = now();
  if (how === 'http') {
    const body = { strategy: STRATEGY, strategy_file: STRATEGY_FILE };
    const started = await request<OperationStarted>('POST', `${api.url}/trainings/start`, body);
    const { operation_id: id } = dataOf(started);
    await until(
      `the end of ${id}`,
      () => operationOf(api, id),
      ({ status }) => isTerminalStatus(status),
    );
    return { began, id, seen: Number.NaN };
  }
  const cli = sandbox.ktrdr(api, ['models', 'train', STRATEGY_FILE]);
  let seen = Number.NaN;
  const watch = setInterval(() => {
    if (Number.isNaN(seen) && cli.output.includes('batch ')) seen = now();
  }, 1);
  const { code } = await cli.ended;
  clearInterval(watch);
  const id = /Operation (op_\w+)/.exec(cli.output)?.[1];
  if (code !== 0 || id === undefined) throw new Error(`ktrdr ended with ${code}:\n${cli.output}`);
  return { began, id, seen };
}

async function measure(api: Api, how: Start): Promise<Parts> {
  const { began, id, seen } = await start(api, how);
  const operation = await operationOf(api, id);
  const marks = JSON.parse(await readFile(join(marksFolder, `${id}.json`), 'utf8')) as TrainerMarks;
  const created = Date.parse(operation.created_at);
  const points: [string, number][] = [
    [how === 'ktrdr' ? 'process of ktrdr, until the request is accepted' : 'request accepted', created],
  ];
  const { phases } = dataOf(await request<OperationTimeline>('GET', `${api.url}/operations/${id}/timeline`));
  for (const { phase, started_at: at } of phases) {
    if (phase.includes('engine') && phase !== 'starting engine')
      points.push([`until: ${phase}`, Date.parse(at)]);
  }
  if (marks.started > created) {
    points.push(
      ['until the training process starts', marks.started],
      ['training process ready', marks.ready],
    );
  }
  points.push(['training process has its request', marks.requested]);
  const later = Object.entries(marks.phases).toSorted(([, one], [, other]) => one - other);
  for (const [phase, at] of later) points.push([`until: ${phase}`, at]);
  points.push(['first batch', marks.firstBatch]);
  const parts: Parts = new Map();
  let last = began;
  for (const [name, at] of points) {
    parts.set(name, at - last);
    last = at;
  }
  parts.set('start to first batch', marks.firstBatch - began);
  if (!Number.isNaN(seen)) parts.set(SHOWN, seen - began);
  return parts;
}

async function measureAll(api: Api, how: Start, warm: boolean): Promise<ReportRow[]> {
  const measured: Parts[] = [];
  for (let index = -WARM_UP; index < Number(COUNT); index++) {
    await sleep(warm ? PAUSE_MS : PAUSE_MS / 5);
    const parts = await measure(api, how);
    if (index >= 0) measured.push(parts);
  }
  const names = [...new Set(measured.flatMap((parts) => [...parts.keys()]))];
  return names.map((part) => {
    const values = measured.flatMap((parts) => parts.get(part) ?? (part === SHOWN ? [] : 0));
    const [p50, p99] = [percentile(values, 0.5), percentile(values, 0.99)];
    const isTarget = warm && how === 'ktrdr' && part === 'start to first batch';
    return {
      start: how,
      warm,
      part,
      p50,
      p99,
      unit: 'ms',
      target: isTarget ? `p50 < ${P50_TARGET_MS}, p99 < ${P99_TARGET_MS}` : '',
      met: !isTarget || (p50 < P50_TARGET_MS && p99 < P99_TARGET_MS),
    };
  });
}

const rows: ReportRow[] = [];
try {
  await mkdir(marksFolder);
  const bare: number[] = [];
  for (let index = 0; index < 20; index++) bare.push(await bareNode());
  const starts = await apiStarts();
  printRow(starts);
  rows.push(starts);
  for (const warm of [false, true]) {
    const api = await startApi(warm ? 'warm' : 'cold', { TRAINING_WARM_PROCESSES: warm ? '1' : '0' });
    if (!warm) await sandbox.ktrdr(api, ['data', 'sample', 'SP500', '1d']).ended;
    for (const how of ['ktrdr', 'http'] as const) {
      const found = await measureAll(api, how, warm);
      found.forEach(printRow);
      rows.push(...found);
    }
    await api.stop();
  }
  rows.push({
    start: 'node -e 0',
    warm: false,
    part: 'a process that does nothing',
    p50: percentile(bare, 0.5),
    p99: percentile(bare, 0.99),
    unit: 'ms',
    target: '',
    met: true,
  });
  await report('first-batch', rows);
} finally {
  await sandbox.close();
}
