import { setTimeout as sleep } from 'node:timers/promises';
import { KtrdrError } from '@ktrdr/contracts';
import type { Kysely } from 'kysely';
import type { Schema } from './schema.js';
import type { SqlDatabase } from './sql-database.js';
import { asStoreError, storeUnavailable } from './store-errors.js';

/** Attempts of a call that conflicts with concurrent transactions. The delay doubles after each. */
const TRIES = 6;
const FIRST_PAUSE_MS = 10;

/** Access to one database for everything that is stored in it, until it is closed. */
export class StoreAccess {
  private closed = false;

  constructor(readonly database: SqlDatabase) {}

  /**
   * Runs `work`, which must be one statement or one transaction, so that it can be retried after a conflict.
   *
   * @throws KtrdrError `store_unavailable` if the database failed
   */
  async use<T>(work: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      this.assertUsable();
      try {
        return await work(this.database.db);
      } catch (error) {
        if (attempt === TRIES || !this.database.isRetryable(error)) throw this.explained(error);
        this.database.prepareRetry(error);
      }
      await sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1));
    }
  }

  /** Runs `look`, which waits for nothing: a promise less for each frequent read. @throws KtrdrError `store_unavailable` */
  look<T>(look: () => T): T {
    this.assertUsable();
    try {
      return look();
    } catch (error) {
      throw this.explained(error);
    }
  }

  private assertUsable(): void {
    if (this.closed)
      throw storeUnavailable('The operation store is closed, because the service is stopping.');
    this.database.assertThere();
  }

  private explained(error: unknown): unknown {
    return asStoreError(error, (unknown) => this.database.explain(unknown));
  }

  /**
   * True if an error that `use` threw may be due to one row that it wrote. An error of the server, the network or the disk concerns
   * all writes.
   */
  isOfOneWrite(error: unknown): boolean {
    if (!(error instanceof KtrdrError)) return true;
    return error.code === 'store_unavailable' && this.database.isRetryable(error.cause);
  }

  /** Closes the connections. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.database.close();
  }
}
