import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock, type Clock } from '@ktrdr/orchestrator';
import type PromiseLibsql from 'libsql/promise';
import { storeUnavailable } from './store-errors.js';

// Loaded with require from this package, because the bundled services do not contain its native library.
const require = createRequire(import.meta.url);

/** Between two reads of the whole file, ms. */
const PAUSE_MS = 4_000;
/** For large files the pause is so many times longer than the read: reading takes at most a twentieth of one core. */
const TIMES_AS_LONG = 20;
/** How long a caller waits for a read. After it, the caller gets the result of the read before. */
const PATIENCE_MS = 2_000;

/**
 * The file of an open SQLite database, seen from outside. SQLite works on happily with a file that was deleted (nothing survives the
 * process then), and does not notice a damaged page before it reads it.
 */
export class SqliteFile {
  private readonly opened: string;
  private damage: string | null = null;
  private reading: Promise<void> | null = null;
  private nextRead = 0;

  /** @param path of the open database */
  constructor(
    private readonly path: string,
    private readonly clock: Pick<Clock, 'now'> = systemClock,
  ) {
    this.opened = identityOf(path) ?? '';
  }

  /**
   * Takes a few microseconds.
   *
   * @throws KtrdrError `store_unavailable` if the file is not at its path any more
   */
  assertThere(): void {
    const found = identityOf(this.path);
    if (found === this.opened) return;
    throw storeUnavailable(
      found === null
        ? `${this.path} is missing: the file or its folder was moved or removed while ktrdr was running. Put it back, or restart ktrdr to begin with an empty store.`
        : `${this.path} was replaced while ktrdr was running. Put the old file back, or restart ktrdr to use the new one.`,
    );
  }

  /**
   * Reads the whole file from time to time, on another thread, and checks its structure.
   *
   * @throws KtrdrError `store_unavailable` if the file is damaged
   */
  async assertSound(): Promise<void> {
    if (this.reading === null && this.clock.now() >= this.nextRead) {
      this.reading = this.read().finally(() => (this.reading = null));
    }
    if (this.reading !== null) await Promise.race([this.reading, sleep(PATIENCE_MS, null, { ref: false })]);
    if (this.damage !== null) {
      throw storeUnavailable(
        `${this.path} is damaged (${this.damage}). Stop ktrdr, then restore a copy of the file, or move it away to begin with an empty store.`,
      );
    }
  }

  private async read(): Promise<void> {
    const begun = this.clock.now();
    this.damage = await damageOf(this.path);
    const took = this.clock.now() - begun;
    this.nextRead = this.clock.now() + Math.max(PAUSE_MS, TIMES_AS_LONG * took);
  }
}

/** Device and number of a file; `null` if there is none. */
function identityOf(path: string): string | null {
  try {
    const { dev, ino } = statSync(path);
    return `${dev}:${ino}`;
  } catch {
    return null;
  }
}

/** The first damage that SQLite finds in a file; `null` if there is none, or if the file cannot be read now. */
async function damageOf(path: string): Promise<string | null> {
  try {
    return await quickCheck(path);
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string };
    const isDamage = typeof code === 'string' && /^SQLITE_(CORRUPT|NOTADB)/.test(code);
    return isDamage ? message : null;
  }
}

async function quickCheck(path: string): Promise<string | null> {
  const Database = require('libsql/promise') as typeof PromiseLibsql;
  // throws if the file is missing: it can disappear at any time
  const connection = new Database(path, {});
  try {
    await connection.exec('pragma temp_store = memory');
    // `exec` computes on another thread; reading rows would compute on this one
    await connection.exec(
      `create temp table found as select quick_check as message from pragma_quick_check(1, 'main')`,
    );
    const rows = (await (await connection.prepare('select message from found')).all()) as {
      message: string;
    }[];
    const message = rows[0]?.message ?? 'ok';
    return message === 'ok' ? null : message.replaceAll(/\s*\n\s*/g, ' ');
  } finally {
    connection.close();
  }
}
