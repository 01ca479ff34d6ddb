import type { Kysely, RawBuilder } from 'kysely';
import type { Schema } from './schema.js';

/** How a statement gets rows: as a table `changes` for its `from`. */
export interface RowsParameter {
  /** How many rows a statement can take, largest number first; each has its own text. `null`: one text takes any number. */
  readonly sizes: readonly number[] | null;
  readonly table: (
    columns: Readonly<Record<string, 'text' | 'integer'>>,
    size: number,
  ) => RawBuilder<unknown>;
  /** The values of the table's parameters. */
  readonly values: (names: readonly string[], rows: readonly object[]) => unknown[];
}

/** The differences between the databases. */
export interface SqlDatabase {
  readonly db: Kysely<Schema>;
  /** Current time, ms since 1970, by the one clock that measures leases. */
  readonly now: RawBuilder<number>;
  /** True if transactions run concurrently, so that rows must be locked when they are read for a write. */
  readonly locksRows: boolean;
  /** The column has one of these texts. The statement's text does not depend on their number. */
  readonly isOneOf: (column: string, texts: readonly string[]) => RawBuilder<boolean>;
  /** How a statement gets its rows; see `RowsStatement`. */
  readonly rows: RowsParameter;
  /** Explains what is wrong and what to do next, if `error` means that the database is not usable; otherwise `null`. */
  readonly explain: (error: unknown) => string | null;
  /**
   * Runs a transaction that is on disk when it resolves. The process does other work while it waits for the disk, so readers may see the
   * changes before.
   */
  readonly seenEarly: <T>(write: (tx: Kysely<Schema>) => Promise<T>) => Promise<T>;
  /**
   * Runs a transaction that need not be on disk when it resolves. It survives the end of the process at once, and a power
   * failure after a later write.
   */
  readonly relaxed: <T>(write: (tx: Kysely<Schema>) => Promise<T>) => Promise<T>;
  /**
   * Writes a group with one statement of its own, see `quickStatement`. @returns the versions of the rows that were written.
   * `null`: the database is in this process, where several statements cost no more than one.
   */
  readonly quick:
    | ((durable: boolean, values: readonly string[]) => Promise<ReadonlyMap<string, string>>)
    | null;
  /**
   * Calls `hear` when a connection is lost. A server that crashed may have lost writes that did not wait for the disk, and may reuse
   * their versions.
   */
  readonly onLost: (hear: () => void) => void;
  /** From now on, the database keeps the plan of statements with this text, which run often. */
  readonly prepare: (text: string) => void;
  /** True if a concurrent transaction or migration caused the error and the work was rolled back, so that a retry may succeed. */
  readonly isRetryable: (error: unknown) => boolean;
  /** Called with a retryable error before the retry. */
  readonly prepareRetry: (error: unknown) => void;
  /** Notifies other processes of a written operation, if the database supports it. */
  readonly tell: (operationId: string) => void;
  /**
   * Calls `listener` with the ids of operations written by other processes, or with `null` if some were written and it is not known
   * which.
   */
  readonly onRemoteWrite: (listener: (operationId: string | null) => void) => void;
  /**
   * Called before each use. Throws `store_unavailable` if the database would lose what is written to it.
   */
  readonly assertThere: () => void;
  /** Looks for damage that reads and writes may not meet. Rejects with `store_unavailable`. */
  readonly assertSound: () => Promise<void>;
  /**
   * A number that changes when another connection has written to the database; `null` if the database cannot tell. What this
   * process has read stays valid while it and this process's own writes stay the same.
   */
  readonly version: (() => number) | null;
  readonly close: () => Promise<void>;
}
