import type { CompiledQuery, Kysely, RawBuilder } from 'kysely';
import type { Schema } from './schema.js';

/** What differs between the databases. */
export interface SqlDatabase {
  readonly db: Kysely<Schema>;
  /** Ms since 1970 by the one clock that leases are measured with. */
  readonly now: RawBuilder<number>;
  /** Transactions run beside each other: rows that are read to be written are locked. */
  readonly locksRows: boolean;
  /** What is wrong and what to do, where `error` means that the database cannot be used; else `null`. */
  readonly explain: (error: unknown) => string | null;
  /**
   * Runs a write that need not be on the disk when it resolves: it outlives the process, and the machine too from some later write
   * on.
   */
  readonly relaxed: <T>(write: (db: Kysely<Schema>) => Promise<T>) => Promise<T>;
  /** The rows of a read whose text comes again and again: a connection plans it once, or a few times at most. */
  readonly prepared: <R>(statement: CompiledQuery<R>) => Promise<R[]>;
  /** `error` came of what others did at the same time, and undid what was tried: the same again may go well. */
  readonly mayGoWellAgain: (error: unknown) => boolean;
  /** Tells other processes that an operation was written, where the database can. */
  readonly tell: (operationId: string) => void;
  /** Calls `listener` with the ids of operations that another process wrote, where the database can tell. */
  readonly onWriteElsewhere: (listener: (operationId: string) => void) => void;
  readonly close: () => Promise<void>;
}
