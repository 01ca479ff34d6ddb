import { KtrdrError } from '@ktrdr/contracts';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { isUpToDate, migrate } from './migrate.js';
import { explainPostgresError, isConflictOfTransactions, type PostgresPlace } from './postgres-errors.js';
import { PostgresNotices } from './postgres-notices.js';
import { PreparedStatements } from './prepared-statements.js';
import type { Schema } from './schema.js';
import { breakWhereSilent } from './silent-connection.js';
import type { SqlDatabase } from './sql-database.js';
import { asStoreError } from './store-errors.js';

const CONNECTIONS = 10;
const CONNECT_MS = 5_000;
/** How long a call waits until one of the connections is free. */
const FREE_MS = 60_000;
/** Without a byte of an answer: the network may be gone without a word. */
const ANSWER_MS = 10_000;
/** Indexes of a million operations take their time. */
const MIGRATION_ANSWER_MS = 1_800_000;
/** A process that stands still within a transaction gives its locks back after this. */
const IDLE_TRANSACTION_MS = 10_000;
/** PostgreSQL's number for bigint. */
const INT8 = 20;

/**
 * Connects to the PostgreSQL database at `url` and brings its schema up to date.
 * @param password used if `url` has none
 * @throws KtrdrError `store_unavailable`; `invalid_setting` where `url` is not one
 */
export async function openPostgresDatabase(
  url: string,
  { answerMs = ANSWER_MS, password }: { answerMs?: number; password?: string } = {},
): Promise<SqlDatabase> {
  const place = placeOf(url, password);
  const explain = (error: unknown) => explainPostgresError(error, place);
  const settings: pg.ClientConfig = {
    connectionString: place.passwordSetting === 'POSTGRES_PASSWORD' ? withPassword(url, password) : url,
    application_name: 'ktrdr',
    connectionTimeoutMillis: CONNECT_MS,
    idle_in_transaction_session_timeout: IDLE_TRANSACTION_MS,
    keepAlive: true,
    types: { getTypeParser: typeParser },
  };
  const pool = makePool(settings, answerMs);
  const db = kyselyOn(pool);
  const statements = new PreparedStatements(pool);
  const notices = new PostgresNotices({ connect: () => new pg.Client(settings), answerMs });
  const close = async () => {
    await notices.stop();
    await db.destroy();
  };
  try {
    await bringUpToDate(db, settings, `The database ${place.database} at ${place.server}`);
    await notices.start();
  } catch (error) {
    await close();
    throw asStoreError(error, explain);
  }
  return {
    db,
    now: sql<number>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`,
    locksRows: true,
    explain,
    // its writes hold nobody up while they wait for the disk
    relaxed: (write) => write(db),
    prepared: (statement) => statements.rows(statement),
    mayGoWellAgain: isConflictOfTransactions,
    tell: (operationId) => notices.tell(operationId),
    onWriteElsewhere: (hear) => notices.hear(hear),
    close,
  };
}

/** Connections that are made when they are needed. */
function makePool(settings: pg.ClientConfig, answerMs: number): pg.Pool {
  const Client = class extends pg.Client {
    constructor() {
      super(settings);
    }
  };
  const pool = new pg.Pool({ ...settings, max: CONNECTIONS, connectionTimeoutMillis: FREE_MS, Client });
  // A connection that breaks leaves the pool: its query fails, or whoever asks next learns whether there is another.
  pool.on('error', () => {});
  pool.on('connect', (client) => {
    client.on('error', () => {});
    breakWhereSilent(client, answerMs);
  });
  return pool;
}

function kyselyOn(pool: pg.Pool): Kysely<Schema> {
  return new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
}

async function bringUpToDate(db: Kysely<Schema>, settings: pg.ClientConfig, place: string): Promise<void> {
  if (await isUpToDate(db, 'postgres', place)) return;
  const patient = kyselyOn(makePool(settings, MIGRATION_ANSWER_MS));
  try {
    await migrate(patient, 'postgres', place);
  } finally {
    await patient.destroy();
  }
}

/** As pg's own, but for bigint: no number here is beyond 2^53. */
function typeParser(oid: number, format?: 'text' | 'binary') {
  return oid === INT8 ? Number : pg.types.getTypeParser(oid, format as 'text');
}

/** Adds the password to the URL. It may contain any characters. */
function withPassword(url: string, password = ''): string {
  const address = new URL(url);
  address.password = encodeURIComponent(password);
  return address.href;
}

/** What of `url` may be shown: all but the password. */
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
      'DATABASE_URL is not the address of a PostgreSQL database. Write it as postgres://user:password@host:5432/database',
      { cause },
    );
  }
}
