import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, test } from '@jest/globals';
import { newOperation } from '@ktrdr/orchestrator';
import pg from 'pg';
import { openOperationStore, type OpenOperationStore } from '../src/index.js';
import { PostgresServer, emptyPostgres, emptySqlite, type EmptyStore } from '../src/testing/index.js';
import { StoreProcess, together } from './store-process.js';

const AT = '2026-01-05T10:00:00.000Z';
const METADATA = {
  parameters: {},
};

let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start();
});
afterAll(() => server?.stop());

const STORES = {
  'one SQLite file': emptySqlite,
  'one PostgreSQL database': () => emptyPostgres(server),
};

async function create(store: OpenOperationStore, id: string, leaseMs: number): Promise<void> {
  const operation = newOperation({ id, type: 'dummy', metadata: METADATA, createdAt: AT });
  await store.create({ operation, request: null, lease: { owner: 'gone', ms: leaseMs } });
}

describe.each(Object.entries(STORES))('processes on %s', (_name, make) => {
  let empty: EmptyStore;
  beforeEach(async () => {
    empty = await make();
  });
  afterEach(() => empty.remove());

  /** Opens the store, and closes it afterwards. */
  async function withStore<T>(use: (store: OpenOperationStore) => Promise<T>): Promise<T> {
    const store = await openOperationStore(empty.location);
    try {
      return await use(store);
    } finally {
      await store.close();
    }
  }

  test('four processes can create the store at the same time', async () => {
    const opened = await together(4, 'open', empty.location);
    expect(opened.flat().map(({ changed }) => changed)).toEqual([true, true, true, true]);
    expect((await withStore((store) => store.list({ limit: 9, offset: 0 }))).total_count).toBe(4);
  });

  test('two processes that create with the same task ids get the same operations', async () => {
    const [one = [], two = []] = await together(2, 'create', empty.location);
    expect(one.map(({ id }) => id)).toEqual(two.map(({ id }) => id));
    expect(one.map(({ changed }) => changed)).toEqual(two.map(({ changed }) => !changed));
    expect((await withStore((store) => store.list({ limit: 0, offset: 0 }))).total_count).toBe(50);
  });

  test('two processes that take over get each operation once', async () => {
    const ids = Array.from({ length: 60 }, (_, number) => `op_dummy_${number}`);
    await withStore(async (store) => {
      for (const id of ids) await create(store, id, 0);
    });
    const taken = (await together(2, 'take-over', empty.location)).flat();
    expect(taken.map(({ id }) => id).sort()).toEqual([...ids].sort());
    expect(taken.every(({ epoch }) => epoch === 2)).toBe(true);
    await withStore(async (store) => {
      for (const id of ids) expect(await store.history(id)).toHaveLength(2);
    });
  });

  test('acknowledged writes survive kill -9 of the writer', async () => {
    const order = ['pending', 'running', 'completed'];
    for (const name of ['first', 'second', 'third']) {
      const writer = await StoreProcess.start('write', empty.location, name);
      writer.begin();
      for (let turn = 0; turn < 1500 && writer.acknowledged.length < 100; turn++) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      const acknowledged = await writer.kill();
      expect(acknowledged.length).toBeGreaterThanOrEqual(100);
      await withStore(async (store) => {
        for (const { id, status = '', result } of acknowledged) {
          const stored = (await store.get(id))?.operation;
          expect(order.indexOf(stored?.status ?? '')).toBeGreaterThanOrEqual(order.indexOf(status));
          if (result !== undefined) expect(stored?.result).toEqual(result);
          expect(await store.history(id)).toHaveLength(order.indexOf(stored?.status ?? '') + 1);
        }
      });
    }
    const counted = await withStore((store) => store.list({ limit: 100_000, offset: 0 }));
    expect(counted.total_count).toBe(counted.operations.length);
  });

  test.each([
    ['die-before-commit', 'pending', 10],
    ['die-after-commit', 'running', 12],
  ] as const)(
    'a group whose process must %s is done as a whole or not at all',
    async (work, status, count) => {
      const writer = await StoreProcess.start(work, empty.location, 'group');
      writer.begin();
      const acknowledged = await writer.die();
      expect(acknowledged).toHaveLength(10);
      await withStore(async (store) => {
        expect((await store.list({ limit: 0, offset: 0 })).total_count).toBe(count);
        for (const { id } of acknowledged) {
          expect((await store.get(id))?.operation.status).toBe(status);
          expect(await store.history(id)).toHaveLength(status === 'pending' ? 1 : 2);
        }
      });
    },
  );
});

test.each(['die-in-statement', 'die-after-statement'] as const)(
  'a group of changes in one statement is written as a whole or not at all: %s',
  async (work) => {
    const { location, remove } = await emptyPostgres(server);
    const writer = await StoreProcess.start(work, location, 'group');
    writer.begin();
    const acknowledged = await writer.die();
    expect(acknowledged).toHaveLength(10);
    await untilAlone(location.url!);
    const store = await openOperationStore(location);
    try {
      const first = (await store.get(acknowledged[0]!.id))?.operation.status;
      expect(work === 'die-after-statement' ? ['running'] : ['pending', 'running']).toContain(first);
      for (const { id } of acknowledged) {
        expect((await store.get(id))?.operation.status).toBe(first);
        expect(await store.history(id)).toHaveLength(first === 'running' ? 2 : 1);
      }
    } finally {
      await store.close();
      await remove();
    }
  },
);

test.each(['die-in-creations', 'die-after-creations'] as const)(
  'a group of creations in one statement is written as a whole or not at all: %s',
  async (work) => {
    const { location, remove } = await emptyPostgres(server);
    const writer = await StoreProcess.start(work, location, 'group');
    writer.begin();
    expect(await writer.die()).toHaveLength(10);
    await untilAlone(location.url!);
    const store = await openOperationStore(location);
    try {
      const { total_count } = await store.list({ limit: 0, offset: 0 });
      expect(work === 'die-after-creations' ? [12] : [10, 12]).toContain(total_count);
    } finally {
      await store.close();
      await remove();
    }
  },
);

/** Resolves when nobody else is connected: the server ends what a killed process has sent. */
async function untilAlone(url: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  const others = `select count(*)::int as count from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`;
  try {
    while ((await client.query<{ count: number }>(others)).rows[0]!.count > 0)
      await new Promise((resolve) => setTimeout(resolve, 20));
  } finally {
    await client.end();
  }
}
