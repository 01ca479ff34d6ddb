import { Readable } from 'node:stream';
import { oneLine, type Operation } from '@ktrdr/contracts';
import type { Clock, OperationEvent } from '@ktrdr/orchestrator';
import { writtenJson } from '@ktrdr/service-kit';
import { eventId } from './event-id.js';

/** Time between two comments on a silent stream, ms. They keep proxies from closing it. */
const HEARTBEAT_MS = 15_000;

/** Clients reconnect this long after their stream ended, ms. */
const RECONNECT_MS = 1_000;

/** The start of every stream. A stream with nothing else makes its client reconnect. */
export const RETRY = `retry: ${RECONNECT_MS}\n\n`;

interface WrittenState {
  id: string;
  text: string;
}

/** Readers of one operation share its states: each state is serialized once. */
const written = new WeakMap<Readonly<Operation>, WrittenState>();

/**
 * Changes of an operation as server-sent events: `event:` says what changed, `data:` is the whole operation after the change,
 * `id:` identifies that state (`eventId`). Reads the next change when the reader has consumed the previous one, and sends
 * a comment when nothing changes for a while. Ends when the changes end.
 */
export class EventStream extends Readable {
  private readonly changes: AsyncIterator<OperationEvent>;
  private readonly clock: Clock;
  /** Id of the client's last event; `undefined` after the first state. */
  private seen: string | undefined;
  /** True while the stream waits for the next change. */
  private waiting = false;
  /** Time of the last event or comment, monotonic ms. */
  private saidAt: number;
  private cancelTimer = (): void => {};

  /** @param seen the client's `Last-Event-ID`: the first state is not sent again if it has this id */
  constructor(changes: AsyncIterator<OperationEvent>, clock: Clock, seen?: string) {
    // reads at most one event ahead
    super({ highWaterMark: 1, encoding: 'utf8' });
    this.changes = changes;
    this.clock = clock;
    this.seen = seen;
    this.saidAt = clock.monotonic();
    this.push(RETRY);
    this.beat();
  }

  override _read(): void {
    if (this.waiting) return;
    this.waiting = true;
    this.changes.next().then(
      (result) => this.receive(result),
      (error: unknown) => this.destroy(error as Error),
    );
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.cancelTimer();
    void this.changes.return?.();
    done(error);
  }

  private receive(result: IteratorResult<OperationEvent>): void {
    this.waiting = false;
    if (result.done === true) {
      this.push(null);
      return;
    }
    const { type, operation } = result.value;
    const { id, text } = writtenState(operation);
    const isKnown = id === this.seen;
    this.seen = undefined;
    if (isKnown) {
      this._read();
      return;
    }
    this.say(`id: ${oneLine(id)}\nevent: ${oneLine(type)}\ndata: ${text}\n\n`);
  }

  private say(text: string): void {
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

function writtenState(operation: Readonly<Operation>): WrittenState {
  const known = written.get(operation);
  if (known !== undefined) return known;
  const state = { id: eventId(operation), text: writtenJson(operation).text };
  written.set(operation, state);
  return state;
}
