import type { Queue } from 'bullmq';
import { Redis, type RedisOptions } from 'ioredis';
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

export interface RedisMessagesParts {
  /** Publishes through its connection. */
  queue: Queue;
  options: RedisOptions & { url: string };
  clock: Clock;
  onError: (error: unknown) => void;
}

/** Messages through Redis's own channels: one command for each. */
export class RedisMessages implements QueueMessages {
  private readonly receiver: Redis;
  private readonly listeners = new Map<string, (message: unknown) => void>();
  private stopTimer = () => {};
  private closed = false;

  constructor(private readonly parts: RedisMessagesParts) {
    this.receiver = new Redis(parts.options.url, { ...parts.options, autoResubscribe: false });
    this.receiver.on('error', parts.onError);
    this.receiver.on('ready', () => void this.subscribeAgain());
    this.receiver.on('message', (channel: string, text: string) => {
      // a closing connection may still bring some
      if (!this.closed && text.length <= MOST_CHARACTERS) this.listeners.get(channel)?.(messageOf(text));
    });
    this.checkLater();
  }

  async publish(topic: string, message: unknown): Promise<void> {
    const { queue } = this.parts;
    const { client } = queue.getBackend() as unknown as { client: Promise<Redis> };
    await (await client).publish(channelOf(queue.name, topic), JSON.stringify(message));
  }

  async subscribe(topic: string, listener: (message: unknown) => void): Promise<void> {
    const channel = channelOf(this.parts.queue.name, topic);
    this.listeners.set(channel, listener);
    await this.untilReady();
    await this.receiver.subscribe(channel);
  }

  async close(): Promise<void> {
    this.closed = true;
    this.stopTimer();
    this.receiver.disconnect();
  }

  /**
   * ioredis would send a subscription as soon as it is connected. Its own check of the new connection then fails, it connects
   * again, and the subscription is forgotten.
   */
  private async untilReady(): Promise<void> {
    const { receiver } = this;
    if (receiver.status !== 'ready') await new Promise<void>((resolve) => receiver.once('ready', resolve));
  }

  /** Subscribes on a new connection to what is listened to. Never rejects. */
  private async subscribeAgain(): Promise<void> {
    const channels = [...this.listeners.keys()];
    if (channels.length > 0) await this.receiver.subscribe(...channels).catch(this.parts.onError);
  }

  /** A connection can be lost silently, and this one only receives. */
  private checkLater(): void {
    this.stopTimer = this.parts.clock.setTimer(CHECK_MS, () => void this.check());
  }

  private async check(): Promise<void> {
    const { receiver } = this;
    const answers = receiver.status !== 'ready' || (await isAnswered(receiver.ping(), CHECKED_WITHIN_MS));
    // a closed connection does not answer either, and stays closed
    if (this.closed) return;
    if (!answers) receiver.disconnect(true);
    this.checkLater();
  }
}
