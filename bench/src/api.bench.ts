/**
 * Status, list of 50 and starts: requests per second, p99 and processor time of the server, alone and during one training. Each takes
 * turns with a bare route of Nest on Fastify that answers the same bytes, and reads with the same reads with a token, so that other
 * work of the machine hits all of them. Each server has its own process.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { CreatedToken, OperationList } from '@ktrdr/contracts';
import { writeSampleBars } from '@ktrdr/market-data';
import { Sandbox, dataOf, strategyText, until, type TestService } from '@ktrdr/service-kit/testing';
import type { BareAnswers } from './api/bare-process.js';
import { Load, type Turn } from './api/load.js';
import { report, type ReportRow } from './report.js';

const LISTED = 50;
const READ_TURNS = 10;
const START_TURNS = 4;
const READS: Turn = { seconds: 1 };
/** The code of the first requests is not compiled yet. */
const WARM_UP: Turn = { requests: 8_000 };
const P99_MS = 20;
/** A token may add this share of processor time. */
const TOKEN_SHARE = 0.05;
const DUMMY = { duration_seconds: 0.01, iterations: 1 };
const TINY = { strategy: strategyText({ epochs: 1 }) };
/** Computes until it is stopped. */
const BUSY = { strategy: strategyText({ epochs: 100_000, batchSize: 256 }) };
/** Every request is counted, none is refused. */
const HIGH_LIMITS = { RATE_LIMIT_READS: '1000000', RATE_LIMIT_CHANGES: '1000000' };

/** One kind of request. */
interface Case {
  name: string;
  path: string;
  body?: object;
  turn: Turn;
  bare: keyof BareAnswers;
  /** Required speed in relation to the bare route. */
  share?: number;
}

interface Loads {
  bare: Load;
  api: Load;
  token?: Load;
}

/** An API with 50 operations that have ended. */
async function startApi(sandbox: Sandbox, name: string): Promise<TestService> {
  const api = await sandbox.startApi(name, HIGH_LIMITS);
  for (let count = 1; count < LISTED; count += 1) await api.post('/dummy/start', DUMMY);
  await api.untilEnded(await api.startTraining(TINY));
  await untilActive(api, 0);
  return api;
}

function untilActive(api: TestService, active: number): Promise<OperationList> {
  return until(
    'the end of what was started',
    async () => dataOf(await api.get<OperationList>('/operations?limit=1')),
    ({ active_count }) => active_count <= active,
    { withinMs: 600_000 },
  );
}

async function casesOf(api: TestService, status?: string): Promise<Case[]> {
  const { operations } = dataOf(await api.get<OperationList>(`/operations?limit=${LISTED}&type=dummy`));
  const id = status ?? operations[0]?.operation_id;
  return [
    { name: 'status', path: `/operations/${id}`, turn: READS, bare: 'status', share: 1 / 2 },
    { name: 'list of 50', path: `/operations?limit=${LISTED}`, turn: READS, bare: 'list', share: 1 / 4 },
    { name: 'start a dummy', path: '/dummy/start', body: DUMMY, turn: { requests: 100 }, bare: 'start' },
    { name: 'start a training', path: '/trainings/start', body: TINY, turn: { requests: 20 }, bare: 'start' },
  ];
}

/** Starts the bare routes with what the API answers now. */
async function startBare(
  api: TestService,
  cases: readonly Case[],
): Promise<{ bare: ChildProcess; url: string }> {
  const texts = cases
    .filter(({ body }) => body === undefined)
    .map(async ({ bare, path }) => [bare, await (await fetch(api.url + path)).text()] as const);
  const answers = Object.fromEntries(await Promise.all(texts));
  const start = JSON.stringify((await api.post('/dummy/start', DUMMY)).body);
  const bare = fork(new URL('api/bare-process.js', import.meta.url));
  bare.send({ ...answers, start } as BareAnswers);
  const [port] = (await once(bare, 'message')) as [number];
  return { bare, url: `http://127.0.0.1:${port}` };
}

/** Measures all cases. `tokenLoad` sends the same request with a token to an API that needs one. */
async function measure(
  beside: string,
  api: TestService,
  cases: readonly Case[],
  tokenLoad: (of: Case) => Load | undefined,
): Promise<ReportRow[]> {
  const active = beside === 'nothing' ? 0 : 1;
  const { bare, url } = await startBare(api, cases);
  const rows: ReportRow[] = [];
  try {
    for (const one of cases) {
      const { path, body, turn } = one;
      const loads: Loads = {
        bare: new Load({ pid: bare.pid as number, url: `${url}/${one.bare}`, body }),
        api: new Load({ pid: api.pid, url: api.url + path, body }),
        token: tokenLoad(one),
      };
      const all = Object.values(loads).filter((load) => load !== undefined);
      const turns = body === undefined ? READ_TURNS : START_TURNS;
      for (const load of all) {
        await load.turn(body === undefined ? WARM_UP : turn);
        load.forget();
      }
      for (let count = 0; count < turns; count += 1) {
        // none is always the first
        for (const load of count % 2 === 0 ? all : all.toReversed()) {
          if (body !== undefined) await untilActive(api, active);
          await load.turn(turn);
        }
      }
      if (body !== undefined) await untilActive(api, active);
      rows.push(rowOf(one, beside, loads));
    }
  } finally {
    bare.disconnect();
  }
  return rows;
}

function rowOf({ name, share }: Case, beside: string, loads: Loads): ReportRow {
  const [bare, api, token] = [loads.bare.result(), loads.api.result(), loads.token?.result()];
  const cpuShare = bare.processorUs / api.processorUs;
  const added = token === undefined ? null : token.processorUs / api.processorUs - 1;
  const limitsP99 = share !== undefined && beside !== 'nothing';
  return {
    request: name,
    beside,
    'per s': Math.round(api.perSecond),
    'bare, per s': Math.round(bare.perSecond),
    share: api.perSecond / bare.perSecond,
    'cpu, µs': api.processorUs,
    'bare cpu, µs': bare.processorUs,
    'share by cpu': cpuShare,
    'share target': share ?? null,
    met: share === undefined ? null : cpuShare >= share,
    'p99, ms': api.p99Ms,
    [`p99 < ${P99_MS}`]: limitsP99 ? api.p99Ms < P99_MS : null,
    'token adds, %': added === null ? null : 100 * added,
    [`adds < ${100 * TOKEN_SHARE}`]: added === null ? null : added < TOKEN_SHARE,
  };
}

const sandbox = await Sandbox.create();
try {
  const range = { startDate: '2024-01-01', endDate: '2024-06-30' };
  await writeSampleBars({ dataDir: sandbox.dataDir, symbol: 'AAPL', timeframe: '1h', ...range });
  const api = await startApi(sandbox, 'open');
  const locked = await startApi(sandbox, 'locked');
  const lockedCases = await casesOf(locked);
  const { token } = dataOf(await locked.post<CreatedToken>('/tokens', { name: 'bench', role: 'admin' }));
  const tokenLoad = ({ name, body }: Case): Load | undefined => {
    const path = lockedCases.find((one) => one.name === name)?.path;
    return body === undefined ? new Load({ pid: locked.pid, url: `${locked.url}${path}`, token }) : undefined;
  };
  const rows = await measure('nothing', api, await casesOf(api), tokenLoad);
  const training = await api.startTraining(BUSY);
  await api.untilTraining(training);
  rows.push(...(await measure('one training', api, await casesOf(api, training), () => undefined)));
  await report('api', rows);
} finally {
  await sandbox.close();
}
