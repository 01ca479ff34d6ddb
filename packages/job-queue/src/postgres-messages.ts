import type { EventEmitter } from 'node:events';
import type { Queue, QueueEvents, Worker } from 'bullmq';
import type pg from 'pg';
import type { Clock } from '@ktrdr/orchestrator';
import {
  CHECK_MS,
  CHECKED_WITHIN_MS,
  channelOf,
  MOST_CHARACTERS,
  messageOf,
  type QueueMessages,
} from './queue-messages.js';
import { isAnswered } from './within.js';

/** Characters of a notification: PostgreSQL allows 8,000 bytes. */
const PART = 7_900;
/** Delay before a lost subscription is tried again, ms. */
const RETRY_MS = 1_000;
/** A part begins with its number and a mark for the last part, so no two are equal: PostgreSQL sends equal texts only once. */
const NUMBERED = /^(?<index>\d+)(?<end>[.+])(?<text>.*)$/s;
const PUBLISH =
  'select pg_notify($1, part) from unnest($2::text[]) with ordinality as parts (part, number) order by number';

/** Members of BullMQ's backend for PostgreSQL that its types lack. */
interface PostgresBackend {
  query: (text: string, values: unknown[]) => Promise<unknown>;
  connection: EventEmitter & { getListenClient: () => Promise<pg.Client> };
}

export interface PostgresMessagesParts {
  /** Publishes through its connections. */
  queue: Queue;
  /** Its connection for notifications receives the messages too: PostgreSQL wakes each such connection for every notification. */
  receiver: QueueEvents | Worker;
  clock: Clock;
  onError: (error: unknown) => void;
}

/** Messages through PostgreSQL's notifications. A long one is sent in parts, which arrive together and in order. */
export class PostgresMessages implements QueueMessages {
  private readonly listeners = new Map<string, (message: unknown) => void>();
  /** Parts of the messages that have not arrived completely, by channel. */
  private readonly begun = new Map<string, string>();
  private client: pg.Client | null = null;
  private stopTimer = () => {};
  private closed = false;

  constructor(private readonly parts: PostgresMessagesParts) {
    this.connection.on('listenerinvalidated', () => void this.listenAgain());
    this.checkLater();
  }

  async publish(topic: string, message: unknown): Promise<void> {
    const { queue } = this.parts;
    await backendOf(queue).query(PUBLISH, [channelOf(queue.name, topic), partsOf(message)]);
  }

  async subscribe(topic: string, listener: (message: unknown) => void): Promise<void> {
    this.listeners.set(channelOf(this.parts.queue.name, topic), listener);
    await this.listen();
  }

  async close(): Promise<void> {
    this.closed = true;
    this.stopTimer();
  }

  private get connection(): PostgresBackend['connection'] {
    return backendOf(this.parts.receiver).connection;
  }

  private async listen(): Promise<void> {
    const client = await this.connection.getListenClient();
    if (client !== this.client) {
      this.client = client;
      client.on('notification', ({ channel, payload }) => this.receive(channel, payload ?? ''));
    }
    for (const channel of this.listeners.keys()) await client.query(`listen ${channel}`);
  }

  /** Never rejects. */
  private async listenAgain(): Promise<void> {
    this.begun.clear();
    while (!this.closed) {
      try {
        return await this.listen();
      } catch (error) {
        this.parts.onError(error);
        await this.parts.clock.sleep(RETRY_MS);
      }
    }
  }

  private receive(channel: string, payload: string): void {
    const listener = this.listeners.get(channel);
    const { index, end, text = '' } = NUMBERED.exec(payload)?.groups ?? {};
    if (listener === undefined || index === undefined) return;
    const before = index === '0' ? '' : this.begun.get(channel);
    this.begun.delete(channel);
    // its beginning was missed
    if (before === undefined) return;
    const all = before + text;
    if (all.length > MOST_CHARACTERS) return;
    if (end === '+') this.begun.set(channel, all);
    else listener(messageOf(all));
  }

  /** A connection can be lost silently, and this one only receives. */
  private checkLater(): void {
    this.stopTimer = this.parts.clock.setTimer(CHECK_MS, () => void this.check());
  }

  private async check(): Promise<void> {
    const { client } = this;
    const answers = client === null || (await isAnswered(client.query('select'), CHECKED_WITHIN_MS));
    // a closed connection does not answer either
    if (this.closed) return;
    if (!answers) drop(client);
    this.checkLater();
  }
}

function backendOf(part: Queue | QueueEvents | Worker): PostgresBackend {
  return part.getBackend() as unknown as PostgresBackend;
}

/** The message as ASCII, so that each character is a byte. */
function partsOf(message: unknown): string[] {
  const text = JSON.stringify(message).replaceAll(
    /[^\0-\x7F]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const count = Math.max(1, Math.ceil(text.length / PART));
  return Array.from({ length: count }, (_, index) => {
    const end = index === count - 1 ? '.' : '+';
    return `${index}${end}${text.slice(index * PART, (index + 1) * PART)}`;
  });
}

/** Ends a connection that does not respond: BullMQ then opens another one. */
function drop(client: pg.Client): void {
  const { connection } = client as unknown as { connection: { stream: { destroy: (error: Error) => void } } };
  connection.stream.destroy(new Error(`no answer within ${CHECKED_WITHIN_MS} ms`));
}
