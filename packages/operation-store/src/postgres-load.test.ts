import { tmpdir } from 'node:os';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { emptyProgress, newOperation } from '@ktrdr/orchestrator';
import pg from 'pg';
import { openOperationStore, type OpenOperationStore } from './open-operation-store.js';
import { PostgresServer } from './testing/index.js';

const AT = '2026-01-05T10:00:00.000Z';
const LEASE = { owner: 'one', ms: 60_000 };
const SAVED = { progress: emptyProgress(), warnings: [], resumable: false };
const METADATA = {
  parameters: {},
};

let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start();
});
afterAll(() => server?.stop());

/** Opens a store in a new database, and a separate connection to it. */
async function withStore(
  use: (store: OpenOperationStore, other: pg.Client) => Promise<void>,
  settings: string[] = [],
): Promise<void> {
  const url = await server.createDatabase();
  const other = new pg.Client(url);
  await other.connect();
  for (const setting of settings) await other.query(setting);
  const store = await openOperationStore({ url, stateDir: tmpdir() });
  try {
    await use(store, other);
  } finally {
    await other.end();
    await store.close();
  }
}

function create(store: OpenOperationStore, id: string) {
  const operation = newOperation({ id, type: 'dummy', metadata: METADATA, createdAt: AT });
  return store.create({ operation, request: null, lease: LEASE });
}

const numbered = (count: number) => Array.from({ length: count }, (_, number) => `op_${number}`);
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Resolves when `count` connections wait for a lock. */
async function untilWaiting(other: pg.Client, count: number): Promise<void> {
  const waiting = `select count(*)::int as count from pg_stat_activity where wait_event_type = 'Lock'`;
  for (let turn = 0; turn < 500; turn++) {
    // within a transaction, the statistics view is frozen at its first read
    await other.query('select pg_stat_clear_snapshot()');
    if ((await other.query<{ count: number }>(waiting)).rows[0]?.count === count) return;
    await sleep(10);
  }
  throw new Error('no connection waits for a lock');
}

test('two hundred concurrent starts wait for a free connection, for longer than the connection timeout', () =>
  withStore(async (store, other) => {
    await other.query('begin');
    await other.query('lock table operations in exclusive mode');
    const starts = Promise.all(numbered(200).map((id) => create(store, id)));
    await sleep(6_000);
    await other.query('commit');
    expect((await starts).every(({ changed }) => changed)).toBe(true);
    expect((await store.list({ limit: 0, offset: 0 })).total_count).toBe(200);
  }));

test('a begin overtakes the waiting progress of other operations', () =>
  withStore(async (store) => {
    const ids = numbered(400);
    await Promise.all(ids.map((id) => create(store, id)));
    const saved: string[] = [];
    const saving = Promise.all(
      ids.map(async (id) => {
        expect(await store.saveProgress(id, 1, SAVED)).toBe(true);
        saved.push(id);
      }),
    );
    const last = ids.at(-1)!;
    const { changed } = await store.transition(last, 1, ['pending'], { to: 'running', at: AT });
    expect(changed).toBe(true);
    // those of its own group, and of one before it
    expect(saved.length).toBeLessThan(200);
    await saving;
  }));

test('connections for groups of changes are open, have planned one, and stay open', () =>
  withStore(async (_store, other) => {
    const opened = async (): Promise<unknown[]> => {
      const { rows } = await other.query<{ pid: number }>(
        `select pid from pg_stat_activity
          where application_name = 'ktrdr' and datname = current_database() and query like 'with changes as%' order by pid`,
      );
      return rows;
    };
    const planned = await opened();
    expect(planned).toHaveLength(3);
    // an idle connection of the other pool is closed after 10 s
    await sleep(11_000);
    expect(await opened()).toEqual(planned);
  }));

test('a store opens while the planning of groups waits for a lock', () =>
  withStore(async (_store, other) => {
    await other.query('begin');
    await other.query('lock table operations in share mode');
    const { rows } = await other.query<{ name: string }>('select current_database() as name');
    const second = await openOperationStore({ url: server.url(rows[0]!.name), stateDir: tmpdir() });
    expect((await second.list({ limit: 0, offset: 0 })).total_count).toBe(0);
    await other.query('commit');
    await second.close();
  }));

test('a write that PostgreSQL aborts to end a deadlock is retried', () =>
  withStore(
    async (store, other) => {
      for (const id of ['op_1', 'op_2']) await create(store, id);
      await other.query('begin');
      await other.query(`update operations set resumable = 1 where id = 'op_2'`);
      // one statement that locks the first row and waits for the second
      const taken = store.renew(LEASE, new Map(['op_1', 'op_2'].map((id) => [id, 1])));
      await untilWaiting(other, 1);
      await other.query(`update operations set resumable = 1 where id = 'op_1'`);
      await other.query('commit');
      expect(await taken).toHaveLength(2);
    },
    // the store's connections check for a deadlock once, after this time; a busy machine needs that long to create one
    [
      `set deadlock_timeout = '1h'`,
      `do $$ begin execute format('alter database %I set deadlock_timeout to ''3s''', current_database()); end $$`,
    ],
  ));

test('writes that a stricter isolation level rejects are retried', () =>
  withStore(
    async (store, other) => {
      await create(store, 'op_1');
      await other.query('begin');
      await other.query(`update operations set resumable = 1 where id = 'op_1'`);
      const saved = Promise.all([1, 2, 3].map(() => store.saveProgress('op_1', 1, SAVED)));
      // the three share a transaction
      await untilWaiting(other, 1);
      await other.query('commit');
      expect(await saved).toEqual([true, true, true]);
    },
    [
      `do $$ begin execute format('alter database %I set default_transaction_isolation to ''repeatable read''',
        current_database()); end $$`,
    ],
  ));

test('a conflict that does not end becomes store_unavailable', () =>
  withStore(async (store, other) => {
    await create(store, 'op_1');
    await other.query(
      `create function refuse() returns trigger language plpgsql as $$
       begin raise exception 'again' using errcode = '40001'; end $$`,
    );
    await other.query(
      'create trigger refused before update on operations for each row execute function refuse()',
    );
    await expect(store.saveProgress('op_1', 1, SAVED)).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringMatching(/same operations .* conflicted repeatedly .*Try again/),
    });
  }));

test('a count uses a free stripe, and the counts add up', () =>
  withStore(async (store, other) => {
    await other.query('begin');
    for (let stripe = 0; stripe < 6; stripe++)
      await other.query('select pg_advisory_xact_lock(1802793074, $1)', [stripe]);
    await Promise.all(numbered(20).map((id) => create(store, id)));
    await Promise.all(
      numbered(20).map((id) => store.transition(id, 1, ['pending'], { to: 'running', at: AT })),
    );
    await other.query('commit');
    expect((await store.list({ statuses: ['running'], limit: 0, offset: 0 })).total_count).toBe(20);
    expect((await store.list({ limit: 0, offset: 0 })).total_count).toBe(20);
  }));

const run = (store: OpenOperationStore, id: string) =>
  store.transition(id, 1, ['pending'], { to: 'running', at: AT });

test('a group whose connection is lost in the middle leaves nothing, and all its writes fail as an outage', () =>
  withStore(async (store, other) => {
    const ids = numbered(20);
    await Promise.all(ids.map((id) => create(store, id)));
    await other.query('begin');
    await other.query('lock table operation_history in exclusive mode');
    // the operations are updated, and the lines of their histories wait
    const moved = Promise.allSettled(ids.map((id) => run(store, id)));
    await untilWaiting(other, 1);
    await other.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock'`,
    );
    for (const one of await moved)
      expect(one).toMatchObject({ status: 'rejected', reason: { code: 'store_unavailable' } });
    await other.query('rollback');
    for (const id of ids) {
      expect((await store.get(id))?.operation.status).toBe('pending');
      expect(await store.history(id)).toHaveLength(1);
    }
    expect(await Promise.all(ids.map((id) => run(store, id)))).toHaveLength(20);
  }));

test('acknowledged writes survive a crash of the server, and no write is half done', async () => {
  const url = await server.createDatabase();
  const location = { url, stateDir: tmpdir() };
  const store = await openOperationStore(location);
  const acknowledged = new Map<string, number>();
  let stopped = false;
  const lane = async (name: number): Promise<void> => {
    for (let number = 0; !stopped; number++) {
      const id = `op_${name}_${number}`;
      await create(store, id);
      acknowledged.set(id, 1);
      await run(store, id);
      acknowledged.set(id, 2);
      await store.saveProgress(id, 1, SAVED);
      await store.transition(id, 1, ['running'], { to: 'completed', at: AT, result: null });
      acknowledged.set(id, 3);
    }
  };
  const lanes = Promise.allSettled(Array.from({ length: 30 }, (_, index) => lane(index)));
  while (acknowledged.size < 150) await sleep(5);
  await server.restart(async () => {
    stopped = true;
    await lanes;
  }, 'crash');
  await store.close().catch(() => {});
  const again = await openOperationStore(location);
  for (const [id, steps] of acknowledged) {
    const { status } = (await again.get(id))!.operation;
    const reached = ['pending', 'running', 'completed'].indexOf(status) + 1;
    expect(reached).toBeGreaterThanOrEqual(steps);
    expect(await again.history(id)).toHaveLength(reached);
  }
  await again.close();
});
