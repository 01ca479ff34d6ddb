import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newOperation, type StatusChange } from '@ktrdr/orchestrator';
import { sql } from 'kysely';
import { openPostgresDatabase } from './postgres-database.js';
import type { SqlDatabase } from './sql-database.js';
import { SqlOperationStore } from './sql-operation-store.js';
import { openSqliteDatabase } from './sqlite-database.js';
import { PostgresServer, emptyPostgres, emptySqlite } from './testing/index.js';

const AT = '2026-01-05T10:00:00.000Z';
const LEASE = { owner: 'one', ms: 60_000 };
const METADATA = {
  parameters: {},
};
const ERROR = { code: 'internal_error', message: 'broken' } as const;
/** The changes that lead an operation to each status. */
const WAYS: Record<string, StatusChange[]> = {
  pending: [],
  running: [{ to: 'running', at: AT }],
  cancelling: [
    { to: 'running', at: AT },
    { to: 'cancelling', at: AT, reason: null },
  ],
  completed: [
    { to: 'running', at: AT },
    { to: 'completed', at: AT, result: { rows: 1 } },
  ],
  failed: [
    { to: 'running', at: AT },
    { to: 'failed', at: AT, error: ERROR },
  ],
  cancelled: [{ to: 'cancelled', at: AT, reason: null }],
};
const LEGAL = [
  'pending>running',
  'pending>cancelled',
  'running>completed',
  'running>failed',
  'running>cancelling',
  'cancelling>cancelled',
  'cancelling>completed',
  'cancelling>failed',
];
const STATUSES = Object.keys(WAYS);
const ENDED = ['completed', 'failed', 'cancelled'];

let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start();
});
afterAll(() => server?.stop());

const DATABASES = {
  SQLite: async () => {
    const { location, remove } = await emptySqlite();
    return { database: await openSqliteDatabase(join(location.stateDir, 'ktrdr.db')), remove };
  },
  PostgreSQL: async () => {
    const { location, remove } = await emptyPostgres(server);
    return { database: await openPostgresDatabase(location.url as string), remove };
  },
};

/** Makes the database refuse each change of one operation. */
const REFUSALS: Record<keyof typeof DATABASES, (id: string) => string[]> = {
  SQLite: (id) => [
    `create trigger poisoned before update on operations when new.id = '${id}'
     begin select raise(abort, 'poisoned'); end`,
  ],
  PostgreSQL: (id) => [
    `create function poisoned() returns trigger language plpgsql as $$
     begin raise exception 'poisoned'; end $$`,
    `create trigger poisoned before update on operations for each row when (new.id = '${id}')
     execute function poisoned()`,
  ],
};

describe.each(['SQLite', 'PostgreSQL'] as const)('the rules of %s', (name) => {
  const open = DATABASES[name];
  let database: SqlDatabase;
  let store: SqlOperationStore;
  let remove: () => Promise<void>;
  let created = 0;

  beforeAll(async () => {
    ({ database, remove } = await open());
    store = new SqlOperationStore(database);
  });
  afterAll(async () => {
    await store.close();
    await remove();
  });

  async function operationThatIs(status: string): Promise<string> {
    const id = `op_dummy_${++created}`;
    const operation = newOperation({ id, type: 'dummy', metadata: METADATA, createdAt: AT });
    await store.create({ operation, request: null, lease: LEASE });
    for (const change of WAYS[status] ?? []) {
      const from = (await store.get(id))?.operation.status;
      await store.transition(id, 1, from === undefined ? [] : [from], change);
    }
    return id;
  }

  const update = (id: string, assignments: string) =>
    sql`update operations set ${sql.raw(assignments)} where id = ${id}`.execute(database.db);

  /** Expects that the update is rejected with `message` and changes nothing. */
  async function expectRefused(id: string, assignments: string, message: RegExp): Promise<void> {
    const before = await store.get(id);
    await expect(update(id, assignments)).rejects.toThrow(message);
    expect(await store.get(id)).toEqual(before);
  }

  const moves = STATUSES.flatMap((from) =>
    STATUSES.filter((to) => to !== from).map((to) => ({ from, to, move: `${from}>${to}` })),
  );
  const ending = (to: string) => (ENDED.includes(to) ? `'${AT}'` : 'null');

  test.each(moves.filter(({ move }) => !LEGAL.includes(move)))('$from never becomes $to', async (move) => {
    const id = await operationThatIs(move.from);
    await expectRefused(
      id,
      `status = '${move.to}', completed_at = ${ending(move.to)}`,
      /ktrdr: the states do not allow|ktrdr: the next attempt, and it alone/,
    );
    const opens = move.to === 'pending' && move.from !== 'completed' && ENDED.includes(move.from);
    const next = update(id, `status = '${move.to}', completed_at = ${ending(move.to)}, attempt = 2`);
    if (opens) await next;
    else await expect(next).rejects.toThrow(/ktrdr: the states do not allow/);
  });

  test.each(moves.filter(({ move }) => LEGAL.includes(move)))(
    '$from may become $to',
    async ({ from, to }) => {
      const id = await operationThatIs(from);
      await update(id, `status = '${to}', completed_at = ${ending(to)}`);
      expect((await store.get(id))?.operation.status).toBe(to);
    },
  );

  test.each(STATUSES)(
    'the attempt of a %s operation increases only with the next attempt',
    async (status) => {
      const id = await operationThatIs(status);
      await expectRefused(id, 'attempt = 2', /ktrdr: the next attempt/);
      if (status === 'failed') {
        const again = "status = 'pending', completed_at = null";
        await expectRefused(id, `${again}, attempt = 3`, /ktrdr: the next attempt/);
      }
    },
  );

  test.each(STATUSES)('the epoch of a %s operation never decreases', async (status) => {
    const id = await operationThatIs(status);
    await update(id, 'epoch = 3');
    await expectRefused(id, 'epoch = 2', /ktrdr: an epoch never falls/);
    await update(id, 'epoch = 3');
  });

  test.each(ENDED)('the outcome of a %s operation does not change', async (status) => {
    const id = await operationThatIs(status);
    for (const change of [`result_json = '"new"'`, `error_json = '"new"'`, `completed_at = '2027-01-01'`]) {
      await expectRefused(id, change, /ktrdr: what an ended operation left/);
    }
  });

  test.each([`id = 'other'`, `type = 'training'`, `created_at = '2027-01-01'`])(
    'the identity of an operation does not change: %s',
    async (change) => {
      await expectRefused(await operationThatIs('running'), change, /ktrdr: an operation keeps/);
    },
  );

  test('an operation has an end time if and only if it has ended', async () => {
    await expectRefused(await operationThatIs('running'), `completed_at = '${AT}'`, /constraint/i);
    await expectRefused(await operationThatIs('failed'), 'completed_at = null', /constraint/i);
  });

  test('a history entry belongs to an operation and is deleted with it', async () => {
    const line = sql`insert into operation_history (operation_id, at, attempt, status, cause_json)
      values ('op_none', ${AT}, 1, 'running', 'null')`;
    await expect(line.execute(database.db)).rejects.toThrow(/foreign key/i);
    const id = await operationThatIs('failed');
    expect(await store.history(id)).toHaveLength(3);
    await sql`delete from operations where id = ${id}`.execute(database.db);
    expect(await store.history(id)).toEqual([]);
  });

  test('a write that the database refuses fails alone, and the others of its group are written', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => operationThatIs('pending')));
    const poisoned = ids[7]!;
    for (const statement of REFUSALS[name](poisoned)) await sql.raw(statement).execute(database.db);
    const run = (id: string) => store.transition(id, 1, ['pending'], { to: 'running', at: AT });
    const settled = await Promise.allSettled(ids.map(run));
    for (const [index, id] of ids.entries()) {
      const isPoisoned = id === poisoned;
      expect(settled[index]).toMatchObject(
        isPoisoned
          ? { status: 'rejected', reason: { message: expect.stringContaining('poisoned') } }
          : { status: 'fulfilled', value: { changed: true } },
      );
      expect((await store.get(id))?.operation.status).toBe(isPoisoned ? 'pending' : 'running');
      expect(await store.history(id)).toHaveLength(isPoisoned ? 1 : 2);
    }
  });

  test('the counts match the rows after accepted and rejected writes', async () => {
    const statement = sql<{ type: string; status: string; count: unknown }>`
      select type, status, count(*) as count from operations group by type, status`;
    const { rows } = await statement.execute(database.db);
    expect(rows.length).toBeGreaterThan(3);
    for (const { status, count } of rows) {
      const list = await store.list({ statuses: [status as 'running'], limit: 0, offset: 0 });
      expect(list.total_count).toBe(Number(count));
    }
    const all = rows.reduce((total, { count }) => total + Number(count), 0);
    expect((await store.list({ limit: 0, offset: 0 })).total_count).toBe(all);
  });
});
