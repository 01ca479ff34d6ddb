import { tmpdir } from 'node:os';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { emptyProgress, newOperation, type OperationStore } from '@ktrdr/orchestrator';
import pg from 'pg';
import { openOperationStore } from './open-operation-store.js';
import { openPostgresDatabase } from './postgres-database.js';
import { SqlOperationStore } from './sql-operation-store.js';
import { PostgresServer } from './testing/index.js';

const AT = '2026-01-05T10:00:00.000Z';
const LEASE = { owner: 'one', ms: 60_000 };
const CANCEL = { to: 'cancelling', at: AT, reason: 'enough' } as const;
const END = { to: 'completed', at: AT, result: { done: 1 } } as const;

let server: PostgresServer;
let url: string;
beforeAll(async () => {
  server = await PostgresServer.start();
  url = await server.createDatabase();
});
afterAll(() => server?.stop());

const open = () => openOperationStore({ url, stateDir: tmpdir() });
const create = (store: OperationStore, id: string, mostPending?: number) =>
  store.create({
    operation: newOperation({ id, type: 'dummy', metadata: { parameters: {} }, createdAt: AT }),
    request: null,
    lease: LEASE,
    mostPending,
  });
const run = (store: OperationStore, id: string) =>
  store.transition(id, 1, ['pending'], { to: 'running', at: AT });

/** A store, and the ids that each of its quick statements has written. */
async function openWatched(): Promise<{ store: SqlOperationStore; written: string[][] }> {
  const database = await openPostgresDatabase(url);
  const written: string[][] = [];
  const quick: typeof database.quick = async (durable, values) => {
    const versions = await database.quick!(durable, values);
    written.push([...versions.keys()]);
    return versions;
  };
  return { store: new SqlOperationStore({ ...database, quick }), written };
}

test('one statement writes each change of an operation from start to end, even after a renewed lease', async () => {
  const { store, written } = await openWatched();
  try {
    await create(store, 'op_1', 10);
    await run(store, 'op_1');
    await store.renew(LEASE, new Map([['op_1', 1]]));
    const progress = { ...emptyProgress(), percentage: 40 };
    await store.saveProgress('op_1', 1, { progress, warnings: ['slow'], resumable: false });
    const phases = [{ attempt: 1, phase: 'training', started_at: AT, ended_at: null }];
    await store.saveRecords('op_1', 1, { metrics: null, phases });
    await store.transition('op_1', 1, ['running'], END);
    expect(written).toEqual(Array.from({ length: 5 }, () => ['op_1']));
    expect(await store.phases('op_1')).toEqual(phases);
    expect(await store.get('op_1')).toMatchObject({
      operation: { status: 'completed', result: { done: 1 }, warnings: ['slow'] },
    });
    expect((await store.history('op_1')).map(({ status }) => status)).toEqual([
      'pending',
      'running',
      'completed',
    ]);
  } finally {
    await store.close();
  }
});

test('creations and begins do not wait for other changes, but changes of one operation keep their order', async () => {
  const database = await openPostgresDatabase(url);
  let gate: Promise<void> | null = null;
  const store = new SqlOperationStore({
    ...database,
    quick: async (durable, values) => {
      const first = gate;
      gate = null;
      await first;
      return database.quick!(durable, values);
    },
  });
  try {
    for (const id of ['op_8', 'op_9']) await create(store, id);
    await run(store, 'op_8');
    let open = () => {};
    gate = new Promise((resolve) => (open = resolve));
    const order: string[] = [];
    const progress = { ...emptyProgress(), percentage: 40 };
    const ended = store.transition('op_8', 1, ['running'], END).then(() => order.push('op_8 ended'));
    const saved = store
      .saveProgress('op_9', 1, { progress, warnings: [], resumable: false })
      .then(() => order.push('op_9 progress'));
    for (; gate !== null;) await new Promise((resolve) => setImmediate(resolve));
    // their group is held up
    const begun = run(store, 'op_9').then(() => order.push('op_9 begun'));
    await create(store, 'op_10');
    expect((await run(store, 'op_10')).changed).toBe(true);
    expect(order).toEqual([]);
    open();
    await Promise.all([ended, saved, begun]);
    expect(order).toEqual(['op_8 ended', 'op_9 progress', 'op_9 begun']);
    expect(await store.get('op_9')).toMatchObject({
      operation: { status: 'running', progress: { percentage: 40, started_at: AT } },
    });
  } finally {
    await store.close();
  }
});

test('a change by another process is seen by the next write of this one', async () => {
  const [store, other] = [await open(), await open()];
  try {
    await create(store, 'op_2');
    await run(store, 'op_2');
    expect((await other.transition('op_2', 1, ['running'], CANCEL)).changed).toBe(true);
    expect(await store.transition('op_2', 1, ['running'], END)).toMatchObject({
      changed: false,
      operation: { status: 'cancelling', cancel_reason: 'enough' },
    });
    const ended = await store.transition('op_2', 1, ['running', 'cancelling'], END);
    expect(ended).toMatchObject({ changed: true, operation: { cancel_reason: 'enough' } });
    expect((await other.get('op_2'))?.operation).toEqual(ended.operation);
  } finally {
    await store.close();
    await other.close();
  }
});

test('a write that waits for a change by another process is refused if the change does not allow it', async () => {
  const store = await open();
  const other = new pg.Client(url);
  await other.connect();
  try {
    for (const id of ['op_3', 'op_4']) {
      await create(store, id);
      await run(store, id);
    }
    await other.query('begin');
    await other.query(`update operations set status = 'cancelling' where id = 'op_3'`);
    const ends = Promise.all(['op_3', 'op_4'].map((id) => store.transition(id, 1, ['running'], END)));
    const waiting = `select count(*)::int as count from pg_stat_activity where wait_event_type = 'Lock'`;
    for (let count = 0; count === 0;) {
      await other.query('select pg_stat_clear_snapshot()');
      count = (await other.query<{ count: number }>(waiting)).rows[0]!.count;
    }
    await other.query('commit');
    expect(await ends).toMatchObject([
      { changed: false, operation: { status: 'cancelling' } },
      { changed: true, operation: { status: 'completed' } },
    ]);
    // the refused write has left nothing
    expect((await store.history('op_3')).map(({ status }) => status)).toEqual(['pending', 'running']);
  } finally {
    await other.end();
    await store.close();
  }
});

test('a retried statement does not overwrite a change by another process, even after a renewed lease', async () => {
  const database = await openPostgresDatabase(url);
  let conflict: (() => Promise<void>) | null = null;
  const store = new SqlOperationStore({
    ...database,
    isRetryable: () => true,
    quick: async (durable, values) => {
      const first = conflict;
      conflict = null;
      await first?.();
      return database.quick!(durable, values);
    },
  });
  const other = await open();
  try {
    await create(store, 'op_7');
    await run(store, 'op_7');
    conflict = async () => {
      await other.transition('op_7', 1, ['running'], CANCEL);
      await store.renew(LEASE, new Map([['op_7', 1]]));
      throw new Error('a conflict');
    };
    expect(await store.transition('op_7', 1, ['running'], END)).toMatchObject({
      changed: false,
      operation: { status: 'cancelling', cancel_reason: 'enough' },
    });
  } finally {
    await store.close();
    await other.close();
  }
});

test('no row is known after a crash of the server, which may reuse the versions of lost writes', async () => {
  const { store, written } = await openWatched();
  try {
    for (const id of ['op_5', 'op_6']) await create(store, id);
    await run(store, 'op_5');
    await server.restart(undefined, 'crash');
    expect((await run(store, 'op_6')).changed).toBe(true);
    expect(written).toEqual([['op_5'], ['op_6'], ['op_5']]);
    // the write after the crash has read the row again
    await store.transition('op_6', 1, ['running'], END);
    expect(written).toEqual([['op_5'], ['op_6'], ['op_5'], ['op_6']]);
  } finally {
    await store.close();
  }
});
