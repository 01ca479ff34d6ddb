/**
 * Many starts at once: how long each start and each other request waits, alone and beside one running training, and whether an
 * operation fails. What has not completed in time is cancelled: 200 trainings compute for minutes. A real API runs in its own process; this
 * process sends the requests, each on a new connection, as many programs do. Processor time is printed beside the latencies: on a machine that does other
 * work, the latencies show mostly that.
 */
import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { isTerminalStatus, type OperationList } from '@ktrdr/contracts';
import { writeSampleBars } from '@ktrdr/market-data';
import { dataOf, Sandbox, strategyText, until, type TestService } from '@ktrdr/service-kit/testing';
import { percentile, printRow, report, type ReportRow } from './report.js';
import { type Post, sendAtOnce } from './starts/send-at-once.js';

const [, , STARTS_OPTION = '200'] = process.argv;
const STARTS = Number(STARTS_OPTION);
/** Starts before the measurement, cancelled at once: the code of an API that has just started is slow. */
const WARM_UP = 100;
const START_TARGET_MS = 100;
const OTHER_TARGET_MS = 50;
/** Time for the operations to complete, ms. */
const COMPLETE_MS = 10_000;
/** Time between two of the other requests, ms. */
const OTHER_EVERY_MS = 5;
const STRATEGY = strategyText({ epochs: 1 });
/** Computes until it is stopped. */
const BUSY = strategyText({ epochs: 100_000, batchSize: 256 });

/** Sends a request on a new connection. @returns how long the answer took, ms. @throws Error unless the status is 200 */
function timedGet(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const sent = get(url, { agent: false }, (answer) => {
      answer.resume().on('end', () => {
        if (answer.statusCode === 200) resolve(performance.now() - began);
        else reject(new Error(`GET ${url} answered ${answer.statusCode}`));
      });
    });
    sent.on('error', reject);
  });
}

interface Ended {
  completed: number;
  failed: number;
}

interface Burst {
  starts: number[];
  others: number[];
  /** Processor time of the API's event loop for each start, the other requests included, ms. */
  processorMs: number;
  /** The same for each read of an operation that comes with as many others. It shows how busy the machine is. */
  readProcessorMs: number;
}

/** Processor time of the service's event loop, ms. Time in which the loop waits for a processor does not count. */
function processorMs({ pid }: TestService): number {
  return Number(readFileSync(`/proc/${pid}/schedstat`, 'latin1').split(' ')[0]) / 1e6;
}

async function processorMsOf(api: TestService, send: () => Promise<number[]>): Promise<number> {
  const before = processorMs(api);
  const { length } = await send();
  return (processorMs(api) - before) / length;
}

async function readProcessorMs(api: TestService): Promise<number> {
  const { operations } = dataOf(await api.get<OperationList>('/operations?limit=1'));
  const url = `${api.url}/operations/${operations[0]?.operation_id}`;
  return processorMsOf(api, () => Promise.all(Array.from({ length: STARTS }, () => timedGet(url))));
}

function starts(api: TestService, path: string, body: (index: number) => object, number: number): Post[] {
  return Array.from({ length: number }, (_, index) => ({ url: `${api.url}${path}`, body: body(index) }));
}

async function warmUp(api: TestService, path: string, body: (index: number) => object): Promise<void> {
  await sendAtOnce(starts(api, path, body, WARM_UP));
  await endAll(api);
}

async function activeCount(api: TestService): Promise<number> {
  return dataOf(await api.get<OperationList>('/operations?limit=1')).active_count;
}

/** Cancels all active operations, and waits for their end. */
async function endAll(api: TestService): Promise<void> {
  const { operations } = dataOf(await api.get<OperationList>('/operations?limit=1000'));
  const open = operations.filter(({ status }) => !isTerminalStatus(status));
  await Promise.all(open.map(({ operation_id: id }) => api.post(`/operations/${id}/cancel`)));
  await until(
    'the end of all operations',
    () => activeCount(api),
    (count) => count === 0,
    { withinMs: 60_000 },
  );
}

/** Starts everything at once. The other requests continue until everything that was started has ended, or until the time limit. */
async function burst(api: TestService, posts: readonly Post[], kept: number): Promise<Burst> {
  const readMs = await readProcessorMs(api);
  const others: number[] = [];
  const done = new AbortController();
  const asking = (async () => {
    while (!done.signal.aborted) {
      others.push(await timedGet(`${api.url}/operations?limit=10`));
      await sleep(OTHER_EVERY_MS);
    }
  })();
  let answers: number[] = [];
  const ofStart = await processorMsOf(api, async () => (answers = await sendAtOnce(posts)));
  const end = performance.now() + COMPLETE_MS;
  while (performance.now() < end && (await activeCount(api)) > kept) await sleep(200);
  done.abort();
  await asking;
  return { starts: answers, others, processorMs: ofStart, readProcessorMs: readMs };
}

function rowsOf(what: string, beside: string, measured: Burst, ended: Ended): ReportRow[] {
  const { starts: answers, others } = measured;
  const row = (measure: string, value: number, unit: string, target: string, met: boolean): ReportRow => ({
    starts: `${STARTS} ${what}`,
    beside,
    measure,
    value,
    unit,
    target,
    met,
  });
  const [start, other] = [percentile(answers, 0.99), percentile(others, 0.99)];
  return [
    row('start answered, p50', percentile(answers, 0.5), 'ms', '', true),
    row('start answered, p99', start, 'ms', `< ${START_TARGET_MS}`, start < START_TARGET_MS),
    row('processor time of a start', measured.processorMs, 'ms', '', true),
    row('processor time of a read, before', measured.readProcessorMs, 'ms', '', true),
    row('list meanwhile, p50', percentile(others, 0.5), 'ms', '', true),
    row('list meanwhile, p99', other, 'ms', `< ${OTHER_TARGET_MS}`, other < OTHER_TARGET_MS),
    row('list meanwhile, longest', percentile(others, 1), 'ms', '', true),
    row(`completed within ${COMPLETE_MS / 1000} s`, ended.completed, '', '', true),
    row('failed', ended.failed, '', '0', ended.failed === 0),
  ];
}

async function endedOf(api: TestService, type: string): Promise<Ended> {
  const count = async (status: string): Promise<number> => {
    const list = await api.get<OperationList>(`/operations?limit=1&status=${status}&type=${type}`);
    return dataOf(list).total_count;
  };
  return { completed: await count('completed'), failed: await count('failed') };
}

const KINDS = [
  {
    what: 'dummies',
    type: 'dummy',
    path: '/dummy/start',
    body: () => ({ duration_seconds: 0.01, iterations: 1 }),
  },
  {
    what: 'trainings',
    type: 'training',
    path: '/trainings/start',
    body: (index: number) => ({ strategy: STRATEGY, seed: index }),
  },
] as const;

const sandbox = await Sandbox.create();
const rows: ReportRow[] = [];
try {
  const [symbol, timeframe] = ['AAPL', '1h'];
  const range = { startDate: '2024-01-01', endDate: '2024-06-30' };
  await writeSampleBars({ dataDir: sandbox.dataDir, symbol, timeframe, ...range });
  for (const beside of ['nothing', 'one training']) {
    for (const { what, type, path, body } of KINDS) {
      const api = await sandbox.startApi(`${type} beside ${beside}`);
      // the first training finds the engine
      await api.untilEnded(await api.startTraining({ strategy: STRATEGY }));
      await warmUp(api, path, body);
      const kept = beside === 'nothing' ? 0 : 1;
      if (kept === 1) await api.untilTraining(await api.startTraining({ strategy: BUSY }));
      const before = await endedOf(api, type);
      const measured = await burst(api, starts(api, path, body, STARTS), kept);
      const { completed, failed } = await endedOf(api, type);
      await endAll(api);
      const ended = { completed: completed - before.completed, failed: failed - before.failed };
      const found = rowsOf(what, beside, measured, ended);
      found.forEach(printRow);
      rows.push(...found);
      await api.stop();
    }
  }
  await report('starts', rows);
} finally {
  await sandbox.close();
}
