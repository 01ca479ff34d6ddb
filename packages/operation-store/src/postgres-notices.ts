import { systemClock, type Clock } from '@ktrdr/orchestrator';
import type pg from 'pg';
import { breakWhereSilent } from './silent-connection.js';

const CHANNEL = 'ktrdr_operations';
/** Pauses between two tries to connect again, ms: doubled from the first to the last. */
const FIRST_PAUSE_MS = 100;
const LAST_PAUSE_MS = 5_000;

export interface PostgresNoticesParts {
  /** Of a connection that is not connected yet. */
  connect: () => pg.Client;
  /** A connection that gives no answer for so long is given up. */
  answerMs: number;
  clock?: Clock;
}

/**
 * Tells other processes what this one has written, and hears from them, on a connection of its own. Telling is no part of the
 * write: PostgreSQL lets one transaction at a time commit that tells something, and each would wait for the others' disk.
 * A connection that is lost is made again; what was written meanwhile is not told, and not heard.
 */
export class PostgresNotices {
  readonly #parts: PostgresNoticesParts;
  readonly #clock: Clock;
  #client: pg.Client | null = null;
  #pauseMs = FIRST_PAUSE_MS;
  #cancelTimer = () => {};
  #stopped = false;
  #onWrite = (_operationId: string) => {};
  /** Ids that wait until those before them are told. */
  readonly #untold = new Set<string>();
  #telling: Promise<void> | null = null;

  constructor(parts: PostgresNoticesParts) {
    this.#parts = parts;
    this.#clock = parts.clock ?? systemClock;
  }

  /** Calls `onWrite` with the ids of operations that others have written. */
  hear(onWrite: (operationId: string) => void): void {
    this.#onWrite = onWrite;
  }

  /** Tells the other processes soon, and never fails. Ids that wait are told together. */
  tell(operationId: string): void {
    if (this.#client === null) return;
    this.#untold.add(operationId);
    this.#telling ??= this.#tellAll();
  }

  /** Resolves when it hears. @throws where it cannot connect */
  async start(): Promise<void> {
    const client = this.#parts.connect();
    const onLost = () => {
      if (this.#client !== client) return;
      this.#client = null;
      void client.end().catch(() => {}); // it is lost already
      this.#startLater();
    };
    client.on('error', onLost);
    client.on('end', onLost);
    client.on('notification', ({ processId, payload }) => {
      if (payload !== undefined && processId !== idOf(client)) this.#onWrite(payload);
    });
    try {
      await client.connect();
      breakWhereSilent(client, this.#parts.answerMs);
      // whoever is told looks for itself: what is told need not be on the disk
      await client.query('set synchronous_commit = off');
      await client.query(`listen ${CHANNEL}`);
    } catch (error) {
      void client.end().catch(() => {});
      throw error;
    }
    if (this.#stopped) return client.end();
    this.#client = client;
    this.#pauseMs = FIRST_PAUSE_MS;
  }

  /** Resolves when what was written before has been told. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer();
    await this.#telling;
    const client = this.#client;
    this.#client = null;
    await client?.end();
  }

  async #tellAll(): Promise<void> {
    while (this.#untold.size > 0) {
      const ids = [...this.#untold];
      this.#untold.clear();
      const all = [CHANNEL, ids];
      // where the connection is lost, who follows an operation looks from time to time
      await this.#client?.query('select pg_notify($1, id) from unnest($2::text[]) id', all).catch(() => {});
    }
    this.#telling = null;
  }

  #startLater(): void {
    if (this.#stopped) return;
    this.#cancelTimer = this.#clock.setTimer(this.#pauseMs, () => {
      this.#pauseMs = Math.min(this.#pauseMs * 2, LAST_PAUSE_MS);
      this.start().catch(() => this.#startLater());
    });
  }
}

/** The server's number of a connection, which pg's types leave out. */
function idOf(client: pg.Client): number | null {
  return (client as unknown as { processID: number | null }).processID;
}
