import type { Socket } from 'node:net';
import { KtrdrError } from '@ktrdr/contracts';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { migrate } from './migrate.js';
import { PostgresListener } from './postgres-listener.js';
import type { Schema } from './schema.js';
import type { SqlDatabase } from './sql-database.js';
import { asStoreError, codeOf, messageOf } from './store-errors.js';

const CONNECTIONS = 10;
const CONNECT_MS = 5_000;
/** Without a byte of an answer: the network may be gone without a word. */
const ANSWER_MS = 10_000;
/** A process that stands still within a transaction gives its locks back after this. */
const IDLE_TRANSACTION_MS = 10_000;
/** PostgreSQL's number for bigint. */
const INT8 = 20;

/**
 * Connects to the PostgreSQL database at `url` and brings its schema up to date.
 * @throws KtrdrError `store_unavailable`; `invalid_setting` where `url` is not one
 */
export async function openPostgresDatabase(
  url: string,
  { answerMs = ANSWER_MS }: { answerMs?: number } = {},
): Promise<SqlDatabase> {
  const place = placeOf(url);
  const explain = (error: unknown) => explainPostgresError(error, place);
  const settings: pg.ClientConfig = {
    connectionString: url,
    application_name: 'ktrdr',
    connectionTimeoutMillis: CONNECT_MS,
    idle_in_transaction_session_timeout: IDLE_TRANSACTION_MS,
    keepAlive: true,
    types: { getTypeParser: typeParser },
  };
  const pool = new pg.Pool({ ...settings, max: CONNECTIONS });
  // A connection that breaks leaves the pool: its query fails, or whoever asks next learns whether there is another.
  pool.on('error', () => {});
  const own = new Set<number>();
  pool.on('connect', (client) => {
    own.add(innards(client).processID);
    client.on('error', () => {});
    breakWhereSilent(client, answerMs);
  });
  pool.on('remove', (client) => void own.delete(innards(client).processID));
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  let onWrite = (_operationId: string) => {};
  const listener = new PostgresListener({
    connect: () => new pg.Client(settings),
    isOwn: (id) => own.has(id),
    onWrite: (operationId) => onWrite(operationId),
  });
  const close = async () => {
    await listener.stop();
    await db.destroy();
  };
  try {
    await migrate(db, 'postgres', `The database ${place.database} at ${place.server}`);
    await listener.start();
  } catch (error) {
    await close();
    throw asStoreError(error, explain);
  }
  return {
    db,
    now: sql<number>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`,
    locksRows: true,
    explain,
    onWriteElsewhere: (hear) => (onWrite = hear),
    close,
  };
}

/** A query that gets no answer fails, and its connection with it: nobody waits behind it. */
function breakWhereSilent(client: pg.PoolClient, answerMs: number): void {
  const { stream } = innards(client).connection;
  stream.setTimeout(answerMs, () => {
    if (!innards(client).readyForQuery) stream.destroy(new Error(`no answer within ${answerMs} ms`));
  });
}

/** What pg's types leave out. */
function innards(client: pg.PoolClient) {
  return client as unknown as {
    /** The server's number of the connection. */
    processID: number;
    /** No query is under way. */
    readyForQuery: boolean;
    connection: { stream: Socket };
  };
}

/** As pg's own, but for bigint: no number here is beyond 2^53. */
function typeParser(oid: number, format?: 'text' | 'binary') {
  return oid === INT8 ? Number : pg.types.getTypeParser(oid, format as 'text');
}

interface Place {
  server: string;
  database: string;
  user: string;
}

/** What of `url` may be shown: all but the password. */
function placeOf(url: string): Place {
  try {
    const { protocol, hostname, port, pathname, username } = new URL(url);
    if (protocol !== 'postgres:' && protocol !== 'postgresql:')
      throw new Error(`unknown protocol ${protocol}`);
    return {
      server: `${hostname || 'localhost'}:${port || '5432'}`,
      database: decodeURIComponent(pathname.slice(1)) || decodeURIComponent(username),
      user: decodeURIComponent(username),
    };
  } catch (cause) {
    throw new KtrdrError(
      'invalid_setting',
      'DATABASE_URL is not the address of a PostgreSQL database. Write it as postgres://user:password@host:5432/database',
      { cause },
    );
  }
}

/** What is wrong with the database at `place`, where `error` is about that; else `null`. */
export function explainPostgresError(error: unknown, { server, database, user }: Place): string | null {
  const code = codeOf(error);
  const text = messageOf(error);
  switch (code) {
    case 'ECONNREFUSED':
      return `No PostgreSQL server answers at ${server}. Start it, or correct host and port in DATABASE_URL.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The host of ${server} is not known. Correct it in DATABASE_URL.`;
    case '28P01':
    case '28000':
      return `The PostgreSQL server at ${server} does not let the user ${user} in (${text}). Correct user and password in DATABASE_URL.`;
    case '3D000':
      return `The PostgreSQL server at ${server} has no database ${database}. Create it (createdb ${database}), or name another in DATABASE_URL.`;
    case '42501':
      return `The user ${user} may not do this in the database ${database} at ${server} (${text}). Grant it the right to create and write tables there.`;
    case '25006':
      return `The PostgreSQL server at ${server} takes no writes: it is a standby, or set to read only. Name the primary in DATABASE_URL.`;
    case '53100':
      return `The disk of the PostgreSQL server at ${server} is full. Make room on it and try again.`;
    case '53300':
      return `The PostgreSQL server at ${server} has no connection left. Raise its max_connections, or stop other users of it.`;
    case '55P03':
      return `The database ${database} at ${server} is locked by another process. Try again.`;
  }
  if (isLostConnection(code, text)) {
    return `The PostgreSQL server at ${server} cannot be reached (${text}). See that it runs and that the network is up, then try again.`;
  }
  return null;
}

/** SQLSTATE classes 08, 57 and 58, the network's own errors, and what pg says without a code. */
function isLostConnection(code: string, text: string): boolean {
  return (
    /^(08|57|58)...$/.test(code) ||
    ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', '25P03'].includes(code) ||
    /^(Connection terminated|timeout e|no answer within|Client has encountered a connection error)/i.test(
      text,
    )
  );
}
