import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newOperation } from '@ktrdr/orchestrator';
import { Kysely, Migrator, PostgresDialect, SqliteDialect } from 'kysely';
import Libsql from 'libsql';
import pg from 'pg';
import { migrationsFor } from './migrations/index.js';
import { openOperationStore } from './open-operation-store.js';
import { openPostgresDatabase } from './postgres-database.js';
import { PostgresServer } from './testing/index.js';

const AT = '2026-01-05T10:00:00.000Z';
const OPERATION = newOperation({
  id: 'op_dummy_1',
  type: 'dummy',
  metadata: { parameters: {} },
  createdAt: AT,
});
const CREATED = { operation: OPERATION, request: null, lease: { owner: 'one', ms: 60_000 } };
const INSERTED = `insert into operations (id, type, status, attempt, epoch, owner, lease_expires_at, cancel_forced,
  resumable, created_at, cancel_reason_json, progress_json, metadata_json, warnings_json, error_json, result_json, request_json)
  values ('op_old', 'dummy', 'pending', 1, 1, 'gone', 0, 0, 0, '${AT}', 'null', '${JSON.stringify(OPERATION.progress)}',
  '${JSON.stringify(OPERATION.metadata)}', '[]', 'null', 'null', 'null')`;

/** Creates the tables as the first version did, which used kysely's default table names. */
async function makeFirstVersion(db: Kysely<unknown>, dialect: 'sqlite' | 'postgres'): Promise<void> {
  const first = migrationsFor(dialect)['0001_operations'];
  const provider = { getMigrations: async () => ({ '0001_operations': first! }) };
  const { error } = await new Migrator({ db, provider }).migrateToLatest();
  if (error !== undefined) throw error;
}

describe('a store in PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  afterAll(() => server?.stop());

  const open = (url: string) => openOperationStore({ url, stateDir: tmpdir() });

  /** Runs `statements` in a database, and returns the rows of the last one. */
  async function query(url: string, ...statements: string[]): Promise<unknown[]> {
    const client = new pg.Client(url);
    await client.connect();
    try {
      let rows: unknown[] = [];
      for (const statement of statements) ({ rows } = await client.query(statement));
      return rows;
    } finally {
      await client.end();
    }
  }

  async function firstVersion(): Promise<string> {
    const url = await server.createDatabase();
    const db = new Kysely<unknown>({
      dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: url }) }),
    });
    await makeFirstVersion(db, 'postgres');
    await db.destroy();
    return url;
  }

  test('shares a database with a product that has its own kysely migrations', async () => {
    const url = await server.createDatabase();
    const theirs = `select * from kysely_migration`;
    const before = await query(
      url,
      'create table kysely_migration (name varchar(255) primary key, timestamp varchar(255) not null)',
      `insert into kysely_migration values ('0001_operations', '2020'), ('0042_theirs', '2021')`,
      theirs,
    );
    for (const expected of [true, false]) {
      const store = await open(url);
      expect((await store.create({ ...CREATED, taskId: 'task' })).changed).toBe(expected);
      await store.close();
    }
    expect(await query(url, theirs)).toEqual(before);
  });

  test('takes over the tables of the first version with their data', async () => {
    const url = await firstVersion();
    await query(url, INSERTED);
    const stores = await Promise.all([open(url), open(url), open(url)]);
    for (const store of stores) {
      expect((await store.get('op_old'))?.operation).toEqual({ ...OPERATION, operation_id: 'op_old' });
      expect((await store.list({ types: ['dummy'], limit: 9, offset: 0 })).total_count).toBe(1);
      await store.close();
    }
    const tables = `select tablename from pg_tables where schemaname = 'public' order by 1`;
    expect(await query(url, tables)).toEqual(
      [
        'access_tokens',
        'audit_log',
        'ktrdr_migration',
        'ktrdr_migration_lock',
        'operation_counts',
        'operation_history',
        'operation_metrics',
        'operation_phases',
        'operations',
        'training_trial_bars',
        'training_trials',
        'webhook_deliveries',
        'webhooks',
      ].map((tablename) => ({ tablename })),
    );
  });

  test('waits longer for a migration than for a query', async () => {
    const url = await firstVersion();
    const other = new pg.Client(url);
    await other.connect();
    await other.query('begin');
    await other.query('lock table operations in access share mode');
    const opened = openPostgresDatabase(url, { responseTimeoutMs: 200 });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await other.query('commit');
    await other.end();
    await (await opened).close();
  });

  test("rejects another product's table of the same name, and works in a separate schema", async () => {
    const url = await server.createDatabase();
    await query(url, 'create table operations (what text)');
    const refused = open(url);
    await expect(refused).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringMatching(/has a table "operations" that is not ktrdr's.*search_path/),
    });
    for (const schema of ['ktrdr', 'ktrdr_two']) {
      const inSchema = `${url}?options=-csearch_path%3D${schema}`;
      await expect(open(inSchema)).rejects.toMatchObject({
        code: 'store_unavailable',
        message: expect.stringContaining('none of the schemas in its search path'),
      });
      await query(url, `create schema ${schema}`);
      for (const expected of [true, false]) {
        const store = await open(inSchema);
        expect((await store.create({ ...CREATED, taskId: 'task' })).changed).toBe(expected);
        await store.close();
      }
    }
  });

  test('sorts and compares text by bytes, regardless of the locale of the database', async () => {
    const plain = await server.createDatabase();
    const name = 'other_language';
    await query(
      plain,
      `create database ${name} template template0 locale_provider icu icu_locale 'en-US' encoding 'UTF8'`,
    );
    const url = server.url(name);
    await (await open(url)).close();
    const columns = await query(
      url,
      `select distinct c.relname, a.attname from pg_index i
         join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
         join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey::int2[])
         join pg_collation l on l.oid = a.attcollation
       where n.nspname = 'public' and c.relname like 'operation%' and l.collname <> 'C'`,
    );
    expect(columns).toEqual([]);
    const own = await query(
      url,
      `select l.collname from pg_attribute a join pg_collation l on l.oid = a.attcollation
       where a.attrelid = 'operations'::regclass and a.attname = 'completed_at'`,
    );
    expect(own).toEqual([{ collname: 'C' }]);
  });

  test('an open store keeps writing and listing when a newer version changes columns', async () => {
    const url = await server.createDatabase();
    const store = await open(url);
    await store.create(CREATED);
    const { operation_id: id, progress } = OPERATION;
    // one connection: it has prepared the statements
    for (const warning of ['before', 'after']) {
      expect(await store.saveProgress(id, 1, { progress, warnings: [warning], resumable: false })).toBe(true);
      expect((await store.get(id))?.operation.warnings).toEqual([warning]);
      await query(url, 'alter table operations alter column id type text collate "default"');
    }
    const lists = () =>
      Promise.all(Array.from({ length: 30 }, () => store.list({ types: ['dummy'], limit: 9, offset: 0 })));
    const before = await lists();
    await query(
      url,
      'alter table operations add column colour text',
      'alter table operations alter column id type text collate "C"',
    );
    for (let turn = 0; turn < 2; turn++) expect(await lists()).toEqual(before);
    expect(before[0]?.total_count).toBe(1);
    await store.close();
  });
});

test('a SQLite file of the first version is taken over with its data', async () => {
  const stateDir = await mkdtemp(join(tmpdir(), 'ktrdr-store-'));
  const file = new Libsql(join(stateDir, 'ktrdr.db'));
  const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database: file as never }) });
  await makeFirstVersion(db, 'sqlite');
  file.exec(INSERTED);
  await db.destroy();
  for (let turn = 0; turn < 2; turn++) {
    const store = await openOperationStore({ stateDir });
    expect((await store.get('op_old'))?.operation).toEqual({ ...OPERATION, operation_id: 'op_old' });
    expect((await store.list({ types: ['dummy'], limit: 9, offset: 0 })).total_count).toBe(1);
    await store.close();
  }
  const after = new Libsql(join(stateDir, 'ktrdr.db'));
  const tables = after.prepare(
    `select name from sqlite_master where name like '%migration%' and type = 'table'`,
  );
  expect(tables.all()).toEqual([{ name: 'ktrdr_migration' }, { name: 'ktrdr_migration_lock' }]);
  after.close();
  await rm(stateDir, { recursive: true });
});
