import type { EventEmitter } from 'node:events';
import type { QueueEvents } from 'bullmq';
import type { Clock } from '@ktrdr/orchestrator';

const CHANNEL = 'bullmq_events';
/** Maximum number of events of one read. */
const MOST = 1_000;
/**
 * Time between two reads (ms) while events may be missing: it grows with the time since the last event. Otherwise `LATER_MS`. A
 * notification ends it.
 */
const SOON_MS = { least: 5, most: 20 };
const LATER_MS = 1_000;
/** Events that were written together are committed within this time (ms), unless a lock holds one of them up. */
const TOGETHER_MS = 200;
/** A number that has no event after this time (ms) belongs to another queue, or its transaction has failed. */
const MISSING_MS = 5_000;
const MOST_MISSING = 1_000;

type Backend = ReturnType<QueueEvents['getBackend']>;
type Events = Awaited<ReturnType<Backend['readEvents']>>;

/** Members of BullMQ's backend for PostgreSQL that its types lack. */
interface PostgresBackend {
  queueName: string;
  closing?: unknown;
  connection: { isClosing: unknown };
  /** Waits for the connection first. */
  query: (text: string, values: unknown[]) => Promise<{ rows: Row[] }>;
  /** The connection that gets notifications. */
  ensureListeningEvents: () => Promise<EventEmitter>;
  /** Ends a wait, because the connection was lost or is closed. */
  cancelEventWait?: () => void;
}

interface Row {
  /** A bigint, as text. */
  id: string;
  event: string;
  data: Record<string, unknown> | null;
}

const NEWEST = 'select coalesce(max(id), 0)::text as id from event where queue = $1';
const READ = `(select id::text, event, data from event where queue = $1 and id = any($3::bigint[]) order by event.id)
  union all
  (select id::text, event, data from event where queue = $1 and id > $2 order by event.id limit ${MOST})`;

/**
 * Reads the events of a queue on PostgreSQL. It replaces BullMQ's own reading, which misses some events or gets them seconds late:
 *
 * - An event gets its number before its commit. BullMQ reads the numbers above the last one, so it never sees an event that is
 *   committed after one with a higher number. This class also asks for missing numbers.
 * - A transaction that ends while another one notifies does not notify. This class reads again for a while after each event.
 * - BullMQ loses a notification that arrives during a read. This class then reads again.
 */
export class PostgresEvents {
  /** The highest number that was read; `null` before the first read. */
  private newest: number | null = null;
  /** Lower numbers without an event, and when they were noticed (monotonic ms). */
  private readonly missing = new Map<number, number>();
  private lastHeard = -Infinity;
  private notified = false;
  private wake = (): void => {};
  private listensTo: EventEmitter | null = null;

  private constructor(
    private readonly backend: PostgresBackend,
    private readonly clock: Clock,
  ) {}

  /** Makes `events` read this way. */
  static replaceReading(events: QueueEvents, clock: Clock): QueueEvents {
    const backend = events.getBackend();
    const reader = new PostgresEvents(backend as unknown as PostgresBackend, clock);
    backend.readEvents = () => reader.read();
    return events;
  }

  /** Events in the form of a Redis stream; `null` if there are none for a while. */
  private async read(): Promise<Events> {
    if (this.isClosing) return null;
    // before the first read, so that no event falls between the two
    await this.listen();
    this.notified = false;
    let rows = await this.fetch();
    if (rows.length === 0) {
      await this.untilNotified();
      if (this.isClosing) return null;
      rows = await this.fetch();
    }
    if (rows.length === 0) return null;
    return [['events', rows.map((row) => [row.id, fieldsOf(row)])]] as unknown as Events;
  }

  private get isClosing(): boolean {
    return Boolean(this.backend.closing) || Boolean(this.backend.connection.isClosing);
  }

  private async listen(): Promise<void> {
    const connection = await this.backend.ensureListeningEvents();
    if (connection === this.listensTo) return;
    this.listensTo = connection;
    connection.on('notification', ({ channel, payload }: { channel: string; payload?: string }) => {
      if (channel !== CHANNEL || payload !== this.backend.queueName) return;
      this.notified = true;
      this.wake();
    });
  }

  private async fetch(): Promise<Row[]> {
    const { backend } = this;
    if (this.newest === null) {
      const { rows } = await backend.query(NEWEST, [backend.queueName]);
      this.newest = Number(rows[0]?.id);
    }
    const { rows } = await backend.query(READ, [backend.queueName, this.newest, [...this.missing.keys()]]);
    const now = this.clock.monotonic();
    if (rows.length > 0) this.lastHeard = now;
    for (const { id } of rows) this.passed(Number(id), now);
    for (const [id, since] of this.missing)
      if (now - since > MISSING_MS || this.missing.size > MOST_MISSING) this.missing.delete(id);
    return rows;
  }

  private passed(id: number, now: number): void {
    if (this.missing.delete(id)) return;
    const first = Math.max((this.newest ?? 0) + 1, id - MOST_MISSING);
    for (let skipped = first; skipped < id; skipped += 1) this.missing.set(skipped, now);
    this.newest = id;
  }

  private async untilNotified(): Promise<void> {
    if (this.notified) return;
    const silence = this.clock.monotonic() - this.lastHeard;
    const mayMiss = this.missing.size > 0 || silence < TOGETHER_MS;
    const ms = mayMiss ? Math.min(Math.max(silence, SOON_MS.least), SOON_MS.most) : LATER_MS;
    await new Promise<void>((resolve) => {
      const stop = this.clock.setTimer(ms, resolve);
      this.wake = () => {
        stop();
        resolve();
      };
      this.backend.cancelEventWait = this.wake;
    });
    this.wake = () => {};
    if (this.notified) this.lastHeard = this.clock.monotonic();
  }
}

/** Alternating names and values, as Redis returns them. */
function fieldsOf({ event, data }: Row): string[] {
  const values = Object.entries(data ?? {}).flatMap(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return ['event', event, ...values];
}
