import { Readable } from 'node:stream';
import type { Clock } from '@ktrdr/orchestrator';

/** Time between two comments on a silent stream, ms. They keep proxies from closing it. */
const HEARTBEAT_MS = 15_000;

/** Clients reconnect this long after their stream ended, ms. */
const RECONNECT_MS = 1_000;

/** The start of every stream. A stream with nothing else makes its client reconnect. */
export const RETRY = `retry: ${RECONNECT_MS}\n\n`;

/** A stream of server-sent events. It reads at most one piece ahead, and sends a comment when nothing happens for a while. */
export abstract class EventSourceStream extends Readable {
  /** True while the reader has taken everything and waits for more. */
  protected waiting = false;
  /** Time of the last event or comment, monotonic ms. */
  private saidAt: number;
  private cancelTimer = (): void => {};

  constructor(protected readonly clock: Clock) {
    super({ highWaterMark: 1, encoding: 'utf8' });
    this.saidAt = clock.monotonic();
    this.push(RETRY);
    this.beat();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.cancelTimer();
    this.leave();
    done(error);
  }

  /** The reader has left, or the stream has ended. */
  protected abstract leave(): void;

  protected say(text: string): void {
    this.saidAt = this.clock.monotonic();
    this.push(text);
  }

  /** The stream's only timer: it sends a comment if one is due, and otherwise waits for the remaining time. */
  private beat(): void {
    const left = this.saidAt + HEARTBEAT_MS - this.clock.monotonic();
    // a reader that has not taken the last event needs no comment
    if (left <= 0 && this.waiting) this.say(': still there\n\n');
    this.cancelTimer = this.clock.setTimer(left <= 0 ? HEARTBEAT_MS : left, () => this.beat());
  }
}
