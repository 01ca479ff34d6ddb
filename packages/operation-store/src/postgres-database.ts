import { setTimeout as sleep } from 'node:timers/promises';
import { KtrdrError } from '@ktrdr/contracts';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { isUpToDate, migrate } from './migrate.js';
import { explainPostgresError, isTransactionConflict, type PostgresPlace } from './postgres-errors.js';
import { PostgresNotifications } from './postgres-notifications.js';
import { isOutdatedStatement, PreparedStatements } from './prepared-statements.js';
import { quickStatement } from './quick-statement.js';
import type { Schema } from './schema.js';
import { closeIfIdle, limitResponseTime } from './response-timeout.js';
import type { SqlDatabase } from './sql-database.js';
import { asStoreError } from './store-errors.js';
import { rowsText } from './stored-text.js';

const CONNECTIONS = 10;
/**
 * Connections for `quick`, one for each lane of `OperationWrites`. They stay open: a new one takes 50 ms to plan its first group of
 * changes.
 */
const WRITERS = 3;
/** The store opens after this time even if a lock delays the planning, ms. */
const MOST_PLANNING_MS = 1_000;
/** Idle time after which a connection is probed, ms: routers forget connections that are silent for some minutes. */
const PROBE_MS = 30_000;
const CONNECT_MS = 5_000;
/** Time a call waits for a free connection, ms. */
const POOL_TIMEOUT_MS = 60_000;
/** Time without any data from the server after which a query fails, ms. The network may fail silently. */
const RESPONSE_TIMEOUT_MS = 10_000;
/** The same for migrations, ms. Building an index over a million operations takes long. */
const MIGRATION_RESPONSE_TIMEOUT_MS = 1_800_000;
/** The server ends a transaction after this idle time (ms), so that a stalled process releases its locks. */
const IDLE_TRANSACTION_MS = 10_000;
const NOW = sql<number>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`;
/**
 * PostgreSQL plans `quickStatement` while tables may be small, and keeps the plan while they grow: the plan must use indexes from the
 * beginning.
 */
const BY_INDEX = `set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off;
  set plan_cache_mode = force_generic_plan`;
/** PostgreSQL's type id of bigint. */
const INT8 = 20;

/**
 * Connects to the PostgreSQL database at `url` and updates its schema.
 *
 * @param password used if `url` has none
 * @throws KtrdrError `store_unavailable`; `invalid_setting` if `url` is not a PostgreSQL URL
 */
export async function openPostgresDatabase(
  url: string,
  {
    responseTimeoutMs = RESPONSE_TIMEOUT_MS,
    password,
  }: { responseTimeoutMs?: number; password?: string } = {},
): Promise<SqlDatabase> {
  const place = placeOf(url, password);
  const explain = (error: unknown) => explainPostgresError(error, place);
  const settings: pg.ClientConfig = {
    connectionString: place.passwordSetting === 'POSTGRES_PASSWORD' ? withPassword(url, password) : url,
    application_name: 'ktrdr',
    connectionTimeoutMillis: CONNECT_MS,
    idle_in_transaction_session_timeout: IDLE_TRANSACTION_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: PROBE_MS,
    types: { getTypeParser: typeParser },
  };
  const statements = new PreparedStatements();
  const lost = new Set<() => void>();
  const onLost = () => lost.forEach((hear) => hear());
  const db = kyselyOn(makePool(settings, responseTimeoutMs, { statements, onLost }));
  const writers = makePool(settings, responseTimeoutMs, {
    statements,
    onLost,
    first: BY_INDEX,
    kept: WRITERS,
  });
  const quick = quickWrites(db, writers, statements);
  const notices = new PostgresNotifications({ connect: () => new pg.Client(settings), responseTimeoutMs });
  let planned: Promise<void> = Promise.resolve();
  const close = async () => {
    await planned;
    await notices.stop();
    await writers.end();
    await db.destroy();
  };
  try {
    await bringUpToDate(db, settings, `The database ${place.database} at ${place.server}`);
    await notices.start();
    // saves time only: a write says what is wrong
    planned = planGroups(quick).catch(() => {});
    await Promise.race([planned, sleep(MOST_PLANNING_MS, undefined, { ref: false })]);
  } catch (error) {
    await close();
    throw asStoreError(error, explain);
  }
  return {
    db,
    now: NOW,
    locksRows: true,
    explain,
    isOneOf: (column, texts) => sql`${sql.ref(column)} = any(${texts}::text[])`,
    rows: {
      sizes: null,
      table: (columns) => {
        const typed = Object.entries(columns).map(([name, type]) => sql`${sql.ref(name)} ${sql.raw(type)}`);
        return sql`json_to_recordset(${'[]'}::json) as changes(${sql.join(typed)})`;
      },
      values: (_names, rows) => [rowsText(rows)],
    },
    seenEarly: (write) => db.transaction().execute(write),
    relaxed: (write) =>
      db.transaction().execute(async (tx) => {
        await sql`set local synchronous_commit = off`.execute(tx);
        return write(tx);
      }),
    quick,
    onLost: (hear) => void lost.add(hear),
    prepare: (text) => statements.prepare(text),
    isRetryable: (error) => isTransactionConflict(error) || isOutdatedStatement(error),
    prepareRetry: (error) => {
      if (isOutdatedStatement(error)) statements.rename();
    },
    tell: (operationId) => notices.tell(operationId),
    onRemoteWrite: (hear) => notices.hear(hear),
    // the server looks after its files
    assertThere() {},
    assertSound: () => Promise.resolve(),
    version: null,
    close,
  };
}

type Quick = NonNullable<SqlDatabase['quick']>;

/** See `SqlDatabase.quick`. */
function quickWrites(db: Kysely<Schema>, writers: pg.Pool, statements: PreparedStatements): Quick {
  const textFor = (durable: boolean): string => {
    const text = quickStatement(NOW, durable).compile(db).sql;
    statements.prepare(text);
    return text;
  };
  const texts = { durable: textFor(true), relaxed: textFor(false) };
  return async (durable, values) => {
    const text = durable ? texts.durable : texts.relaxed;
    const { rows } = await writers.query<{ id: string | null; version: string }>(text, [...values]);
    return new Map(rows.flatMap(({ id, version }) => (id === null ? [] : [[id, version] as const])));
  };
}

/** Opens the writers' connections, and writes empty groups, so that the first change does not wait for this. */
async function planGroups(quick: Quick): Promise<void> {
  const nothing = Array.from({ length: 4 }, () => '[]');
  for (const durable of [true, false])
    await Promise.all(Array.from({ length: WRITERS }, () => quick(durable, nothing)));
}

interface PoolOptions {
  statements?: PreparedStatements;
  /** Runs on each new connection. */
  first?: string;
  /** Called when a connection is lost. */
  onLost?: () => void;
  /** Number of connections, which stay open, each for single queries. Without it, idle ones are closed. */
  kept?: number;
}

/** A pool of connections, opened on demand. */
function makePool(
  settings: pg.ClientConfig,
  responseTimeoutMs: number,
  { statements = new PreparedStatements(), first, onLost = () => {}, kept }: PoolOptions = {},
): pg.Pool {
  const Client = class extends pg.Client {
    constructor() {
      super(settings);
      const query = this.query.bind(this) as (...args: unknown[]) => never;
      this.query = (text: unknown, values?: unknown, ...rest: unknown[]) => {
        const name = typeof text === 'string' && Array.isArray(values) ? statements.nameOf(text) : undefined;
        return name === undefined ? query(text, values, ...rest) : query({ name, text, values }, ...rest);
      };
    }
  };
  const open = new Set<pg.ClientBase>();
  // the others are probably lost too: no query shall wait in vain on each of them
  const closeOthers = () => {
    if (kept !== undefined) for (const other of open) closeIfIdle(other);
  };
  const prepareConnection = async (client: pg.ClientBase): Promise<void> => {
    open.add(client);
    client.once('end', () => open.delete(client));
    limitResponseTime(client, responseTimeoutMs, closeOthers);
    if (first !== undefined) await client.query(first);
  };
  const pool = new pg.Pool({
    ...settings,
    max: kept ?? CONNECTIONS,
    min: kept ?? 0,
    connectionTimeoutMillis: POOL_TIMEOUT_MS,
    Client,
    // the pool waits for it
    onConnect: prepareConnection as pg.PoolConfig['onConnect'],
  });
  // a broken connection leaves the pool: its query fails, and the next query opens a new connection
  pool.on('error', () => {});
  pool.on('connect', (client) => void client.on('error', onLost));
  return pool;
}

function kyselyOn(pool: pg.Pool): Kysely<Schema> {
  return new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
}

async function bringUpToDate(db: Kysely<Schema>, settings: pg.ClientConfig, place: string): Promise<void> {
  if (await isUpToDate(db, 'postgres', place)) return;
  const patient = kyselyOn(makePool(settings, MIGRATION_RESPONSE_TIMEOUT_MS));
  try {
    await migrate(patient, 'postgres', place);
  } finally {
    await patient.destroy();
  }
}

/** Parses bigint as a number: no value here exceeds 2^53. Other types as in pg. */
function typeParser(oid: number, format?: 'text' | 'binary') {
  return oid === INT8 ? Number : pg.types.getTypeParser(oid, format as 'text');
}

/** Adds the password, which may contain any characters, to the URL. */
function withPassword(url: string, password = ''): string {
  const address = new URL(url);
  address.password = encodeURIComponent(password);
  return address.href;
}

/** The parts of `url` that messages may show: all but the password. */
function placeOf(url: string, password: string | undefined): PostgresPlace {
  try {
    const { protocol, hostname, port, pathname, username, password: own } = new URL(url);
    if (protocol !== 'postgres:' && protocol !== 'postgresql:')
      throw new Error(`unknown protocol ${protocol}`);
    return {
      server: `${hostname || 'localhost'}:${port || '5432'}`,
      database: decodeURIComponent(pathname.slice(1)) || decodeURIComponent(username),
      user: decodeURIComponent(username),
      passwordSetting: own === '' && password !== undefined ? 'POSTGRES_PASSWORD' : 'DATABASE_URL',
    };
  } catch (cause) {
    throw new KtrdrError(
      'invalid_setting',
      'DATABASE_URL is not a PostgreSQL URL. Write it as postgres://user:password@host:5432/database',
      { cause },
    );
  }
}
