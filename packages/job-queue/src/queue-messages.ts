import { createHash } from 'node:crypto';

/** Time between two checks of the connection that receives messages, and the time that it has to respond, ms. */
export const CHECK_MS = 10_000;
export const CHECKED_WITHIN_MS = 5_000;
/** Longest message (characters of JSON). */
export const MOST_CHARACTERS = 8 * 1_048_576;

/**
 * Carries messages between the processes of a queue. Nothing is stored: a process without a connection misses messages, so senders
 * repeat them.
 */
export interface QueueMessages {
  /** Resolves when the server has the message. Fails at once without a connection. */
  publish(topic: string, message: unknown): Promise<void>;
  /** Calls `listener` with every message on the topic, also after a lost connection is open again. */
  subscribe(topic: string, listener: (message: unknown) => void): Promise<void>;
  close(): Promise<void>;
}

/** Name of the channel for a topic of a queue. A hash, because PostgreSQL allows few characters. */
export function channelOf(queue: string, topic: string): string {
  const hash = createHash('sha256').update(`${queue}\n${topic}`).digest('hex').slice(0, 40);
  return `ktrdr_queue_${hash}`;
}

/** Parses a message. Text that is not JSON is returned as text, which no reader accepts. */
export function messageOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
