import { systemClock, type Clock } from '@ktrdr/orchestrator';
import type pg from 'pg';
import { limitResponseTime } from './response-timeout.js';

const CHANNEL = 'ktrdr_operations';
/** Delay before a lost connection is reopened, ms. It doubles from the first to the last value. */
const FIRST_PAUSE_MS = 100;
const LAST_PAUSE_MS = 5_000;

/** Time between two notifications, ms. Each wakes every other process, and the ids of this time share one. */
const BETWEEN_MS = 20;

/** What `PostgresNotifications` needs. */
export interface PostgresNotificationsParts {
  /** Creates a client that is not connected yet. */
  connect: () => pg.Client;
  /** A connection that does not respond for this long is closed, ms. */
  responseTimeoutMs: number;
  clock?: Clock;
}

/**
 * Notifies other processes of this process's writes, and receives their notifications, on a separate connection.
 *
 * Notifications are not part of the writing transaction: PostgreSQL commits only one notifying transaction at a time,
 * so each would wait for the disk writes of the others. A lost connection is reopened. Writes during the gap are
 * neither sent nor received; this process is told that it may have missed some.
 */
export class PostgresNotifications {
  private readonly clock: Clock;
  private client: pg.Client | null = null;
  private pauseMs = FIRST_PAUSE_MS;
  private cancelTimer = () => {};
  private stopped = false;
  private onWrite = (_operationId: string | null) => {};
  /** True after a lost connection: notifications were lost too. */
  private missed = false;
  /** Ids to send after the current ones. */
  private readonly queued = new Set<string>();
  private sending: Promise<void> | null = null;

  constructor(private readonly parts: PostgresNotificationsParts) {
    this.clock = parts.clock ?? systemClock;
  }

  /** Calls `onWrite` with the ids of operations that other processes have written, and with `null` after a gap. */
  hear(onWrite: (operationId: string | null) => void): void {
    this.onWrite = onWrite;
  }

  /** Notifies the other processes soon. Never fails. Ids that accumulate are sent together. */
  tell(operationId: string): void {
    if (this.client === null) return;
    this.queued.add(operationId);
    this.sending ??= this.sendAll();
  }

  /** Resolves when notifications are received. @throws if it cannot connect */
  async start(): Promise<void> {
    const client = this.parts.connect();
    const onLost = () => {
      if (this.client !== client) return;
      this.client = null;
      this.missed = true;
      void client.end().catch(() => {}); // already lost
      this.startLater();
    };
    client.on('error', onLost);
    client.on('end', onLost);
    client.on('notification', ({ processId, payload }) => {
      if (payload === undefined || processId === idOf(client)) return;
      this.sayMissed(); // a notification may arrive before `listen` has returned
      this.onWrite(payload);
    });
    try {
      await client.connect();
      limitResponseTime(client, this.parts.responseTimeoutMs);
      // the receiver reads the operation itself, so the notification need not be on disk
      await client.query('set synchronous_commit = off');
      await client.query(`listen ${CHANNEL}`);
    } catch (error) {
      void client.end().catch(() => {});
      throw error;
    }
    if (this.stopped) return client.end();
    this.client = client;
    this.pauseMs = FIRST_PAUSE_MS;
    this.sayMissed();
  }

  /** Resolves when all earlier writes have been announced. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.cancelTimer();
    await this.sending;
    const client = this.client;
    this.client = null;
    await client?.end();
  }

  private async sendAll(): Promise<void> {
    while (this.queued.size > 0) {
      const ids = [...this.queued];
      this.queued.clear();
      const all = [CHANNEL, ids];
      // after a lost connection, followers still poll from time to time
      await this.client?.query('select pg_notify($1, id) from unnest($2::text[]) id', all).catch(() => {});
      await this.clock.sleep(BETWEEN_MS);
    }
    this.sending = null;
  }

  private sayMissed(): void {
    if (!this.missed) return;
    this.missed = false;
    this.onWrite(null);
  }

  private startLater(): void {
    if (this.stopped) return;
    this.cancelTimer = this.clock.setTimer(this.pauseMs, () => {
      this.pauseMs = Math.min(this.pauseMs * 2, LAST_PAUSE_MS);
      this.start().catch(() => this.startLater());
    });
  }
}

/** The server's id of a connection, which pg's types lack. */
function idOf(client: pg.Client): number | null {
  return (client as unknown as { processID: number | null }).processID;
}
