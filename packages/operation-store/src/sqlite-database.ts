import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CompiledQuery,
  Kysely,
  SqliteDialect,
  SqliteDriver,
  sql,
  type DatabaseConnection,
  type SqliteDatabase,
  type SqliteStatement,
} from 'kysely';
import type Libsql from 'libsql';
import { isUpToDate, migrate } from './migrate.js';
import { systemClock } from '@ktrdr/orchestrator';
import type { Schema } from './schema.js';
import type { RowsParameter, SqlDatabase } from './sql-database.js';
import { SqliteFile } from './sqlite-file.js';
import { asStoreError, codeOf, messageOf } from './store-errors.js';
import { WriteAheadLog } from './write-ahead-log.js';

// Loaded with require from this package, because the bundled services do not contain its native library.
const require = createRequire(import.meta.url);
const Database = require('libsql') as typeof Libsql;

/** Time a write waits for another process's write, ms. */
const BUSY_MS = 5_000;
/** Switching a new file to WAL ignores the busy timeout, so it is retried. */
const WAL_TRIES = 100;
const WAL_PAUSE_MS = 20;
/** Time between two looks for writes of other processes, ms. */
const LOOK_MS = 1_000;
/** Maximum number of prepared statements. The store has about a hundred, and one more per requested page size. */
const STATEMENTS = 300;

/**
 * Opens the SQLite file at `path`. Creates the file and its folder if they are missing, and updates the schema.
 *
 * @throws KtrdrError `store_unavailable`
 */
export async function openSqliteDatabase(path: string): Promise<SqlDatabase> {
  const explain = (error: unknown) => explainSqliteError(error, path);
  try {
    await mkdir(dirname(path), { recursive: true });
    const connection = new Database(path);
    try {
      return await prepareDatabase(connection, path, explain);
    } catch (error) {
      connection.close();
      throw error;
    }
  } catch (error) {
    throw asStoreError(error, explain);
  }
}

async function prepareDatabase(
  connection: Libsql.Database,
  path: string,
  explain: SqlDatabase['explain'],
): Promise<SqlDatabase> {
  connection.exec(`pragma busy_timeout = ${BUSY_MS}`);
  await useWal(connection);
  // FULL: an acknowledged write is on disk and survives a power failure
  connection.exec('pragma synchronous = full');
  connection.exec('pragma foreign_keys = on');
  const db = new Kysely<Schema>({ dialect: new ImmediateSqliteDialect(connection) });
  connection.exec('begin immediate');
  try {
    if (!(await isUpToDate(db, 'sqlite', path))) await migrate(db, 'sqlite', path);
    connection.exec('commit');
  } catch (error) {
    if (connection.inTransaction) connection.exec('rollback');
    throw error;
  }
  const file = new SqliteFile(path);
  const version = dataVersion(connection);
  const watch = new RemoteWrites(version);
  const relaxed: SqlDatabase['relaxed'] = (write) =>
    db.connection().execute(async (alone) => {
      connection.exec('pragma synchronous = normal');
      try {
        return await alone.transaction().execute(write);
      } finally {
        connection.exec('pragma synchronous = full');
      }
    });
  const log = await WriteAheadLog.open(path);
  return {
    db,
    assertThere: oncePerTurn(() => file.assertThere()),
    assertSound: () => file.assertSound(),
    now: sql<number>`cast(unixepoch('subsec') * 1000 as integer)`,
    locksRows: false,
    explain,
    isOneOf: (column, texts) =>
      sql`${sql.ref(column)} in (select value from json_each(${JSON.stringify(texts)}))`,
    rows: ROWS,
    seenEarly: async (write) => {
      const result = await relaxed(write);
      await log.sync();
      return result;
    },
    relaxed,
    quick: null,
    onLost() {},
    // all statements are prepared, see `withStatements`
    prepare() {},
    // transactions take the write lock at their start and wait for it, so they never conflict
    isRetryable: () => false,
    prepareRetry() {},
    tell() {},
    onRemoteWrite: (listener) => watch.start(() => listener(null)),
    version,
    close: async () => {
      watch.stop();
      await db.destroy();
      await log.close();
    },
  };
}

/** Rows as parameters. SQLite takes twice as long to read them from JSON. */
const ROWS: RowsParameter = {
  sizes: [64, 32, 16, 8, 4, 2, 1],
  table: (columns, size) => {
    const names = Object.keys(columns);
    const row = sql`(${sql.join(names.map(() => sql`${null}`))})`;
    const named = names.map((name, index) => sql`${sql.ref(`column${index + 1}`)} as ${sql.ref(name)}`);
    const rows = Array.from({ length: size }, () => row);
    return sql`(select ${sql.join(named)} from (values ${sql.join(rows)})) as changes`;
  },
  values: (names, rows) =>
    rows.flatMap((row) => names.map((name): unknown => row[name as keyof typeof row] ?? null)),
};

/** Looks from time to time whether another process has written: a file cannot tell. */
class RemoteWrites {
  private known: number;
  private cancelTimer = (): void => {};

  constructor(private readonly version: () => number) {
    this.known = version();
  }

  start(onWrite: () => void): void {
    this.cancelTimer = systemClock.setTimer(LOOK_MS, () => {
      this.start(onWrite);
      const now = this.version();
      if (now === this.known) return;
      this.known = now;
      onWrite();
    });
  }

  stop(): void {
    this.cancelTimer();
  }
}

function dataVersion(connection: Libsql.Database): () => number {
  const statement = connection.prepare('pragma data_version').raw(true);
  return oncePerTurn(() => (statement.get() as [number])[0]);
}

/** Asks once per turn of the event loop, because many requests of one turn need the same answer. An error is not kept. */
function oncePerTurn<T>(ask: () => T): () => T {
  let askedIn = -1;
  let answer: T;
  return () => {
    const turn = currentTurn();
    if (turn !== askedIn) {
      answer = ask();
      askedIn = turn;
    }
    return answer;
  };
}

let turn = 0;
let isCounted = false;

/** Number of the current turn of the event loop. */
function currentTurn(): number {
  if (!isCounted) {
    isCounted = true;
    setImmediate(endTurn);
  }
  return turn;
}

function endTurn(): void {
  isCounted = false;
  turn += 1;
}

async function useWal(connection: Libsql.Database): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      connection.exec('pragma journal_mode = wal');
      return;
    } catch (error) {
      if (codeOf(error) !== 'SQLITE_BUSY' || attempt === WAL_TRIES) throw error;
    }
    await sleep(WAL_PAUSE_MS);
  }
}

/** The connection with a cache of prepared statements. */
function withStatements(connection: Libsql.Database): SqliteDatabase {
  const statements = new Map<string, SqliteStatement>();
  return {
    prepare(text) {
      const known = statements.get(text);
      if (known !== undefined) return known;
      if (statements.size === STATEMENTS) statements.clear();
      const statement = connection.prepare(text) as unknown as SqliteStatement;
      statements.set(text, statement);
      return statement;
    },
    close: () => void connection.close(),
  };
}

class ImmediateSqliteDialect extends SqliteDialect {
  constructor(private readonly connection: Libsql.Database) {
    super({ database: withStatements(connection) });
  }

  override createDriver(): SqliteDriver {
    return new ImmediateSqliteDriver(this.connection);
  }
}

/**
 * Its transactions take the write lock at their start, so a transaction never finds that another process wrote after
 * its first read.
 */
class ImmediateSqliteDriver extends SqliteDriver {
  constructor(private readonly connection: Libsql.Database) {
    super({ database: withStatements(connection) });
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  /** If SQLite has already rolled back, for example on a full disk, the original error is kept. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.connection.inTransaction) await super.rollbackTransaction(connection);
  }
}

/**
 * Explains what is wrong with the file at `path` and what to do next; `null` for an error that is not about the file.
 */
export function explainSqliteError(error: unknown, path: string): string | null {
  const code = codeOf(error);
  const text = messageOf(error);
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return `${path} is locked by another process. Try again. If it stays locked, find the process with: lsof ${path}`;
  }
  if (code === 'SQLITE_FULL' || code === 'ENOSPC') {
    return `The disk is full: ${path} could not be written. Free some space and try again.`;
  }
  if (code.startsWith('SQLITE_NOTADB') || code.startsWith('SQLITE_CORRUPT')) {
    return `${path} is not a database file, or it is damaged (${text}). Move it away, or set STATE_DIR to another folder.`;
  }
  if (code.startsWith('SQLITE_READONLY') || code === 'EROFS') {
    return `${path} is read-only. Give this user write access to the file and its folder, or set STATE_DIR to another folder.`;
  }
  if (code.startsWith('SQLITE_IOERR')) {
    return `${path} could not be read or written (${text}). Check the disk for errors and free space.`;
  }
  const cannotOpen = code.startsWith('SQLITE_CANTOPEN') || text.startsWith('ConnectionFailed');
  if (cannotOpen || ['EACCES', 'EPERM', 'ENOTDIR', 'EEXIST'].includes(code)) {
    return `${path} cannot be opened. Check that its parent is a folder in which this user can read and write, or set STATE_DIR to another folder.`;
  }
  return null;
}
