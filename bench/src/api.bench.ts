/**
 * Status, list of 50 and starts: requests per second, p99 and processor time of the server, alone and during one training. Each takes
 * turns with a bare route of Nest on Fastify that answers the same bytes, and reads with the same reads with a token, so that other
 * work of the machine hits all of them. Each server has its own process.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { isTerminalStatus, type CreatedToken, type OperationList } from '@ktrdr/contracts';
import { writeSampleBars } from '@ktrdr/market-data';
import { Sandbox, dataOf, strategyText, until, type TestService } from '@ktrdr/service-kit/testing';
import type { BareAnswers } from './api/bare-process.js';
import { Load, type Turn } from './api/load.js';
import { printRow, report, type ReportRow } from './report.js';

const LISTED = 50;
const READ_TURNS = 24;
const START_TURNS = 2;
const READS: Turn = { requests: 500 };
/** The code of the first requests is not compiled yet. */
const WARM_UP: Turn = { requests: 4_000 };
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
  await untilNoneRuns(api);
  return api;
}

async function activeIds(api: TestService): Promise<string[]> {
  const { operations } = dataOf(await api.get<OperationList>('/operations?limit=1000'));
  return operations.filter(({ status }) => !isTerminalStatus(status)).map(({ operation_id }) => operation_id);
}

/** Waits until no operation is active, apart from those to keep. */
async function untilNoneRuns(api: TestService, keep: readonly string[] = []): Promise<void> {
  const isGone = (ids: string[]): boolean => ids.every((id) => keep.includes(id));
  await until('the end of what was started', () => activeIds(api), isGone, { withinMs: 60_000 });
}

/** Cancels all active operations but these, and waits for their end. Until they completed, it would take minutes. */
async function endAll(api: TestService, keep: readonly string[]): Promise<void> {
  const unwanted = (await activeIds(api)).filter((id) => !keep.includes(id));
  await Promise.all(unwanted.map((id) => api.post(`/operations/${id}/cancel`)));
  await untilNoneRuns(api, keep);
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

/** The bare routes in a separate process. */
class BareRoutes {
  private readonly process = fork(new URL('api/bare-process.js', import.meta.url));
  private url = '';

  /** Makes the routes answer what the API answers now. */
  async answerAs(api: TestService, cases: readonly Case[]): Promise<void> {
    const texts = cases
      .filter(({ body }) => body === undefined)
      .map(async ({ bare, path }) => [bare, await (await fetch(api.url + path)).text()] as const);
    const answers = Object.fromEntries(await Promise.all(texts));
    const start = JSON.stringify((await api.post('/dummy/start', DUMMY)).body);
    this.process.send({ ...answers, start } as BareAnswers);
    if (this.url !== '') return;
    const [port] = (await once(this.process, 'message')) as [number];
    this.url = `http://127.0.0.1:${port}`;
  }

  load({ bare, body }: Case): Load {
    return new Load({ pid: this.process.pid as number, url: `${this.url}/${bare}`, body });
  }

  stop(): void {
    this.process.disconnect();
  }
}

/**
 * Measures all cases. `tokenLoad` sends the same request with a token to an API that needs one. Operations are cancelled after each turn
 * of starts, except those to keep.
 */
async function measure(
  beside: string,
  api: TestService,
  bare: BareRoutes,
  cases: readonly Case[],
  { tokenLoad, keep = [] }: { tokenLoad?: (of: Case) => Load | undefined; keep?: string[] },
): Promise<ReportRow[]> {
  await bare.answerAs(api, cases);
  const rows: ReportRow[] = [];
  for (const one of cases) {
    const { path, body, turn } = one;
    const loads: Loads = {
      bare: bare.load(one),
      api: new Load({ pid: api.pid, url: api.url + path, body }),
      token: tokenLoad?.(one),
    };
    const all = Object.values(loads).filter((load) => load !== undefined);
    for (const load of all) {
      await load.turn(body === undefined ? WARM_UP : turn);
      load.forget();
    }
    for (let count = 0; count < (body === undefined ? READ_TURNS : START_TURNS); count += 1) {
      // none is always the first
      for (const load of count % 2 === 0 ? all : all.toReversed()) {
        if (body !== undefined) await endAll(api, keep);
        await load.turn(turn);
      }
    }
    if (body !== undefined) await endAll(api, keep);
    const row = rowOf(one, beside, loads);
    printRow(row);
    rows.push(row);
  }
  return rows;
}

function rowOf({ name, share }: Case, beside: string, loads: Loads): ReportRow {
  const [bare, api] = [loads.bare.result(), loads.api.result()];
  const cpuShare = loads.bare.processorRatioTo(loads.api);
  const added = loads.token === undefined ? null : loads.token.processorRatioTo(loads.api) - 1;
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

const bare = new BareRoutes();
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
  const rows = await measure('nothing', api, bare, await casesOf(api), { tokenLoad });
  const busy = await startApi(sandbox, 'busy');
  const training = await busy.startTraining(BUSY);
  await busy.untilTraining(training);
  const cases = await casesOf(busy, training);
  rows.push(...(await measure('one training', busy, bare, cases, { keep: [training] })));
  await report('api', rows);
} finally {
  bare.stop();
  await sandbox.close();
}
