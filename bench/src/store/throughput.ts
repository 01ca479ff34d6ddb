/**
 * Where operations are kept: writes and reads per second of each store, and how long a page of the list takes with a million
 * operations stored. The databases are new, on this machine's disk and as durable as in service.
 */
import { openOperationStore } from '@ktrdr/operation-store';
import {
  PostgresServer,
  emptyPostgres,
  emptySqlite,
  fillOperations,
  type EmptyStore,
} from '@ktrdr/operation-store/testing';
import {
  MemoryOperationStore,
  newOperation,
  type OperationQuery,
  type OperationStore,
} from '@ktrdr/orchestrator';
import { report, type ReportRow } from './report.js';

const SECONDS = 3;
const STORED = 1_000_000;
const PAGES = 1_000;
const PAGE_TARGET_MS = 10;
const LEASE = { owner: 'bench', ms: 60_000 };
const AT = '2026-01-05T10:00:00.000Z';
const METADATA = {
  symbols: ['AAPL'],
  timeframes: ['1h'],
  strategy: 'test_strategy',
  start_date: '2024-01-01',
  end_date: '2024-03-01',
  parameters: { seed: 42 },
};

/** What is done again and again; its turns are counted over all that do it at once. */
type Turn = (store: OperationStore, turn: number) => Promise<unknown>;

const id = (turn: number) => `op_bench_${turn}`;

const TURNS: Record<string, Turn> = {
  'create an operation': (store, turn) => {
    const operation = newOperation({ id: id(turn), type: 'training', metadata: METADATA, createdAt: AT });
    return store.create({ operation, request: { parameters: { seed: 42 } }, lease: LEASE });
  },
  'change a status': (store, turn) => store.transition(id(turn), 1, ['pending'], { to: 'running', at: AT }),
  'save progress': (store, turn) => {
    const { progress } = newOperation({ id: id(0), type: 'training', metadata: METADATA, createdAt: AT });
    const saved = { progress: { ...progress, percentage: turn % 100 }, warnings: [], resumable: true };
    return store.saveProgress(id(turn % 100), 1, saved);
  },
  'read an operation': (store, turn) => store.get(id(turn % 100)),
};

/** Turns per second of `atOnce` that go on for a while; no more than `most` turns. */
async function turnsPerSecond(store: OperationStore, turn: Turn, atOnce: number, most: number) {
  let taken = 0;
  const start = performance.now();
  const end = start + SECONDS * 1000;
  const work = async () => {
    while (taken < most && performance.now() < end) await turn(store, taken++);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return { taken, perSecond: (taken * 1000) / (performance.now() - start) };
}

async function throughput(name: string, store: OperationStore, atOnce: number): Promise<ReportRow[]> {
  const rows: ReportRow[] = [];
  let created = Infinity;
  for (const [measure, turn] of Object.entries(TURNS)) {
    const most = measure === 'change a status' ? created : Infinity;
    const { taken, perSecond } = await turnsPerSecond(store, turn, atOnce, most);
    created = Math.min(created, taken);
    rows.push({
      store: name,
      measure: `${measure}, ${atOnce} at once`,
      value: perSecond,
      unit: '/s',
      target: null,
      met: null,
    });
  }
  return rows;
}

const LISTS: Record<string, OperationQuery> = {
  'first page': { limit: 50, offset: 0 },
  'first page of a status': { status: 'failed', limit: 50, offset: 0 },
  'first page of a type': { type: 'dummy', limit: 50, offset: 0 },
  'first page of both': { type: 'training', status: 'completed', limit: 50, offset: 0 },
};

/** ms of one page with a million operations stored. */
async function pages(name: string, store: OperationStore): Promise<ReportRow[]> {
  const rows: ReportRow[] = [];
  for (const [measure, query] of Object.entries(LISTS)) {
    const took: number[] = [];
    for (let page = 0; page < PAGES; page++) {
      const start = performance.now();
      await store.list(query);
      took.push(performance.now() - start);
    }
    took.sort((a, b) => a - b);
    const p99 = took[Math.floor(PAGES * 0.99)] as number;
    const of = `${measure} of ${STORED.toLocaleString('en')}`;
    rows.push(
      {
        store: name,
        measure: `${of}, p50`,
        value: took[PAGES >> 1] ?? null,
        unit: 'ms',
        target: null,
        met: null,
      },
      {
        store: name,
        measure: `${of}, p99`,
        value: p99,
        unit: 'ms',
        target: `< ${PAGE_TARGET_MS}`,
        met: p99 < PAGE_TARGET_MS,
      },
    );
  }
  return rows;
}

async function withStore<T>(empty: EmptyStore, use: (store: OperationStore) => Promise<T>): Promise<T> {
  const store = await openOperationStore(empty.location);
  try {
    return await use(store);
  } finally {
    await store.close();
    await empty.remove();
  }
}

const server = await PostgresServer.start({ durable: true });
try {
  const rows = await throughput('memory', new MemoryOperationStore(), 1);
  const databases = { SQLite: emptySqlite, PostgreSQL: () => emptyPostgres(server) };
  for (const [name, make] of Object.entries(databases)) {
    for (const atOnce of [1, 16]) {
      rows.push(...(await withStore(await make(), (store) => throughput(name, store, atOnce))));
    }
    const filled = await make();
    await fillOperations(filled.location, STORED);
    rows.push(...(await withStore(filled, (store) => pages(name, store))));
  }
  await report('store', rows);
} finally {
  await server.stop();
}
