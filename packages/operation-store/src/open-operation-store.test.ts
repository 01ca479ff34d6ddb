import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { KtrdrError } from '@ktrdr/contracts';
import { newOperation } from '@ktrdr/orchestrator';
import { sql } from 'kysely';
import Libsql from 'libsql';
import { openOperationStore } from './open-operation-store.js';
import { openPostgresDatabase } from './postgres-database.js';
import { openSqliteDatabase } from './sqlite-database.js';
import { SqlOperationStore } from './sql-operation-store.js';
import { PostgresServer } from './testing/index.js';

/** The error of an attempt to open the store. */
async function refusal(location: { url?: string; stateDir: string }): Promise<KtrdrError> {
  const error: unknown = await openOperationStore(location).then(
    async (store) => {
      await store.close();
      return null;
    },
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(KtrdrError);
  return error as KtrdrError;
}

const OPERATION = newOperation({
  id: 'op_dummy_1',
  type: 'dummy',
  metadata: { parameters: {} },
  createdAt: '2026-01-05T10:00:00.000Z',
});
const CREATED = { operation: OPERATION, request: null, lease: { owner: 'one', ms: 60_000 } };

describe('a store in a SQLite file', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ktrdr-store-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('creates its folder and file, and keeps its data', async () => {
    const stateDir = join(folder, 'new/state');
    const first = await openOperationStore({ stateDir });
    await first.create(CREATED);
    await first.close();
    expect((await stat(join(stateDir, 'ktrdr.db'))).isFile()).toBe(true);
    const second = await openOperationStore({ stateDir });
    expect((await second.get('op_dummy_1'))?.operation).toEqual(OPERATION);
    await second.close();
  });

  test('is synced to disk before a write is acknowledged', async () => {
    const { db, close } = await openSqliteDatabase(join(folder, 'ktrdr.db'));
    const read = async (pragma: string) =>
      Object.values((await sql.raw(`pragma ${pragma}`).execute(db)).rows[0] as object)[0] as unknown;
    expect(await read('journal_mode')).toBe('wal');
    expect(await read('synchronous')).toBe(2);
    expect(await read('foreign_keys')).toBe(1);
    await close();
  });

  test('syncs again after a write of progress, which does not sync', async () => {
    const database = await openSqliteDatabase(join(folder, 'ktrdr.db'));
    const store = new SqlOperationStore(database);
    const synchronous = async () =>
      (await sql<{ synchronous: number }>`pragma synchronous`.execute(database.db)).rows[0]?.synchronous;
    await store.create(CREATED);
    const saved = { progress: { ...OPERATION.progress, percentage: 5 }, warnings: [], resumable: false };
    expect(await store.saveProgress('op_dummy_1', 1, saved)).toBe(true);
    expect(await synchronous()).toBe(2);
    const seen = await database.relaxed(async (db) => (await sql`pragma synchronous`.execute(db)).rows);
    expect(seen).toEqual([{ synchronous: 1 }]);
    await expect(database.relaxed(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await synchronous()).toBe(2);
    await store.close();
  });

  test('reports store_unavailable with the reason after it is closed', async () => {
    const store = await openOperationStore({ stateDir: folder });
    await store.close();
    await store.close();
    await expect(store.get('op_dummy_1')).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining('closed'),
    });
  });

  test('rejects a file that is not a database, and names it', async () => {
    await writeFile(join(folder, 'ktrdr.db'), 'operation,status\nop_1,running\n'.repeat(100));
    const { code, message } = await refusal({ stateDir: folder });
    expect(code).toBe('store_unavailable');
    expect(message).toMatch(/ktrdr\.db is not a database file.*STATE_DIR/);
  });

  test('rejects a folder instead of the file, and a file instead of the folder', async () => {
    await mkdir(join(folder, 'ktrdr.db'));
    expect((await refusal({ stateDir: folder })).message).toMatch(/ktrdr\.db cannot be opened/);
    await writeFile(join(folder, 'state'), '');
    expect((await refusal({ stateDir: join(folder, 'state') })).message).toMatch(/cannot be opened/);
    expect((await refusal({ stateDir: join(folder, 'state/below') })).message).toMatch(/cannot be opened/);
  });

  test('rejects a store written by a newer version', async () => {
    const { db, close } = await openSqliteDatabase(join(folder, 'ktrdr.db'));
    await sql`insert into ktrdr_migration (name, timestamp) values ('0099_later', '2030')`.execute(db);
    await close();
    const { code, message } = await refusal({ stateDir: folder });
    expect(code).toBe('store_unavailable');
    expect(message).toMatch(/written by a newer version of ktrdr.*"0099_later"/);
  });

  test('reports a full disk, and continues after space is freed', async () => {
    const database = await openSqliteDatabase(join(folder, 'ktrdr.db'));
    const store = new SqlOperationStore(database);
    await store.create(CREATED);
    // SQLite's own limit of the file size has the same effect as a full disk
    await sql`pragma max_page_count = 1`.execute(database.db);
    const large = { ...OPERATION, operation_id: 'op_dummy_2', warnings: ['x'.repeat(1 << 20)] };
    await expect(store.create({ ...CREATED, operation: large })).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining('The disk is full'),
      cause: expect.anything(),
    });
    await sql`pragma max_page_count = 1000000`.execute(database.db);
    expect((await store.create({ ...CREATED, operation: large })).changed).toBe(true);
    expect((await store.list({ limit: 0, offset: 0 })).total_count).toBe(2);
    await store.close();
  });

  test('reports that another process locks the file, and leaves no partial write', async () => {
    const database = await openSqliteDatabase(join(folder, 'ktrdr.db'));
    await sql`pragma busy_timeout = 50`.execute(database.db);
    const store = new SqlOperationStore(database);
    const other = new Libsql(join(folder, 'ktrdr.db'));
    other.exec('begin immediate');
    await expect(store.create(CREATED)).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining('is locked by another process'),
    });
    expect(await store.get('op_dummy_1')).toBeNull();
    other.exec('rollback');
    other.close();
    expect((await store.create(CREATED)).changed).toBe(true);
    await store.close();
  });
});

describe('a store in PostgreSQL', () => {
  let server: PostgresServer;
  let url: string;
  beforeAll(async () => {
    server = await PostgresServer.start();
    url = await server.createDatabase();
  });
  afterAll(() => server?.stop());

  const open = (address: string) => refusal({ url: address, stateDir: tmpdir() });

  test('rejects a wrong password without showing it', async () => {
    const { code, message, cause } = await open(server.url('ktrdr_1', { password: 'wrong-one' }));
    expect(code).toBe('store_unavailable');
    expect(message).toMatch(/rejects the login of user postgres .*DATABASE_URL/);
    expect(message).not.toContain('wrong-one');
    expect(cause).toBeInstanceOf(Error);
  });

  test('uses POSTGRES_PASSWORD if its URL has no password, and names the setting if the password is wrong', async () => {
    const password = 'p@ss/w:rd %41?#ü';
    const database = await server.createDatabase();
    const { db, close } = await openPostgresDatabase(database);
    await sql`create role keeper superuser login password ${sql.lit(password)}`.execute(db);
    await close();
    const address = server.url(new URL(database).pathname.slice(1), { user: 'keeper', password: '' });
    const store = await openOperationStore({ url: address, password, stateDir: tmpdir() });
    await store.check();
    await store.close();
    const wrong = openOperationStore({ url: address, password: 'wrong-one', stateDir: tmpdir() });
    await expect(wrong).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringMatching(
        /rejects the login of user keeper .* Set POSTGRES_PASSWORD to the password/,
      ),
    });
    await expect(openOperationStore({ url: address, stateDir: tmpdir() })).rejects.toMatchObject({
      message: expect.stringContaining('requires a password for user keeper, but none is set'),
    });
    // a password in the URL takes precedence
    const own = openOperationStore({
      url: database.replace('secret', 'other'),
      password,
      stateDir: tmpdir(),
    });
    await expect(own).rejects.toMatchObject({
      message: expect.stringContaining('Correct user and password in DATABASE_URL'),
    });
  });

  test('reports a missing database, and says how to create it', async () => {
    const { code, message } = await open(server.url('nowhere'));
    expect(code).toBe('store_unavailable');
    expect(message).toMatch(/has no database nowhere.*createdb nowhere/);
  });

  test('reports the address of a server that does not respond', async () => {
    const { code, message } = await open('postgres://postgres:secret@127.0.0.1:1/ktrdr');
    expect(code).toBe('store_unavailable');
    expect(message).toMatch(/No PostgreSQL server responds at 127\.0\.0\.1:1\./);
  });

  test('reports an unknown host', async () => {
    const { code, message } = await open('postgres://postgres:secret@ktrdr.invalid/ktrdr');
    expect(code).toBe('store_unavailable');
    expect(message).toMatch(
      /server at ktrdr\.invalid:5432 is not reachable: its host name is unknown .* Start it/,
    );
  });

  test.each(['ktrdr.db', 'mysql://root@127.0.0.1/ktrdr', ''])(
    'rejects "%s" as its address',
    async (address) => {
      const { code, message } = await open(address);
      expect(code).toBe('invalid_setting');
      expect(message).toMatch(/postgres:\/\/user:password@host:5432\/database/);
    },
  );

  test('rejects a store written by a newer version', async () => {
    const database = await server.createDatabase();
    const { db, close } = await openPostgresDatabase(database);
    await sql`insert into ktrdr_migration (name, timestamp) values ('0099_later', '2030')`.execute(db);
    await close();
    expect((await open(database)).message).toMatch(/newer version of ktrdr.*"0099_later"/);
  });

  test('reports store_unavailable while the server is down, keeps acknowledged writes, and continues', async () => {
    const store = await openOperationStore({ url, stateDir: tmpdir() });
    const acknowledged: string[] = [];
    const refused: unknown[] = [];
    let writing = true;
    const writer = async (name: string) => {
      for (let number = 0; writing; number++) {
        const operation = { ...OPERATION, operation_id: `op_dummy_${name}_${number}` };
        await store.create({ ...CREATED, operation }).then(
          () => acknowledged.push(operation.operation_id),
          (error: unknown) => refused.push(error),
        );
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    };
    const writers = Promise.all(['a', 'b', 'c', 'd'].map(writer));
    await until(() => acknowledged.length > 50);
    await server.restart(async () => {
      await expect(store.check()).rejects.toMatchObject({ code: 'store_unavailable' });
    });
    const before = acknowledged.length;
    await until(() => acknowledged.length > before + 50);
    writing = false;
    await writers;
    expect(refused.length).toBeGreaterThan(0);
    for (const error of refused) expect(error).toMatchObject({ code: 'store_unavailable' });
    for (const id of acknowledged) expect(await store.history(id)).toHaveLength(1);
    const { total_count, operations } = await store.list({ limit: 100_000, offset: 0 });
    expect(total_count).toBe(operations.length);
    await store.close();
  });
});

/** Waits at most ten seconds. */
async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1000 && !holds(); turn++) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(holds()).toBe(true);
}
