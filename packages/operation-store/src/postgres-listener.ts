import { systemClock, type Clock } from '@ktrdr/orchestrator';
import pg from 'pg';

const CHANNEL = 'ktrdr_operations';
/** Pauses between two tries to connect again, ms: doubled from the first to the last. */
const FIRST_PAUSE_MS = 100;
const LAST_PAUSE_MS = 5_000;

export interface PostgresListenerParts {
  /** Of a connection that is not connected yet. */
  connect: () => pg.Client;
  /** True where a connection of this process, known by the server's id of it, wrote. */
  isOwn: (processId: number) => boolean;
  onWrite: (operationId: string) => void;
  clock?: Clock;
}

/**
 * Hears of what other processes write, on a connection of its own. A connection that is lost is made again; what was written
 * meanwhile is not heard.
 */
export class PostgresListener {
  readonly #parts: PostgresListenerParts;
  readonly #clock: Clock;
  #client: pg.Client | null = null;
  #pauseMs = FIRST_PAUSE_MS;
  #cancelTimer = () => {};
  #stopped = false;

  constructor(parts: PostgresListenerParts) {
    this.#parts = parts;
    this.#clock = parts.clock ?? systemClock;
  }

  /** Resolves when it hears. @throws where it cannot connect */
  async start(): Promise<void> {
    const client = this.#parts.connect();
    this.#client = client;
    let lost = false;
    const onLost = () => {
      if (lost || this.#client !== client) return;
      lost = true;
      this.#client = null;
      void client.end().catch(() => {}); // it is lost already
      this.#startLater();
    };
    client.on('notification', ({ processId, payload }) => {
      if (payload !== undefined && !this.#parts.isOwn(processId)) this.#parts.onWrite(payload);
    });
    try {
      client.on('error', onLost);
      await client.connect();
      await client.query(`listen ${CHANNEL}`);
      client.on('end', onLost);
    } catch (error) {
      if (this.#client === client) this.#client = null;
      lost = true;
      void client.end().catch(() => {});
      throw error;
    }
    if (this.#stopped) return client.end();
    this.#pauseMs = FIRST_PAUSE_MS;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer();
    const client = this.#client;
    this.#client = null;
    await client?.end();
  }

  #startLater(): void {
    if (this.#stopped) return;
    this.#cancelTimer = this.#clock.setTimer(this.#pauseMs, () => {
      this.#pauseMs = Math.min(this.#pauseMs * 2, LAST_PAUSE_MS);
      this.start().catch(() => this.#startLater());
    });
  }
}
