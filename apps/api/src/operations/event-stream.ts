import { Readable } from 'node:stream';
import type { Operation } from '@ktrdr/contracts';
import type { Clock, OperationEvent } from '@ktrdr/orchestrator';

/** A silent stream says so often that it is alive, so that no proxy closes it. */
const HEARTBEAT_MS = 15_000;

/** Readers of one operation share what they see: it is written out once for all of them. */
const written = new WeakMap<Readonly<Operation>, string>();

/**
 * Changes of an operation as server-sent events: `event:` is what changed, `data:` the whole operation after it. Takes the next
 * change when the reader has taken the one before, and says a comment where there was nothing to say for a while. Ends with the
 * changes.
 */
export class EventStream extends Readable {
  readonly #changes: AsyncIterator<OperationEvent>;
  readonly #clock: Clock;
  #id = 1;
  /** The next change is waited for. */
  #waiting = false;
  /** Monotonic ms of the last thing said. */
  #saidAt: number;
  #cancelTimer = (): void => {};

  constructor(changes: AsyncIterator<OperationEvent>, clock: Clock) {
    // one event is as much as is read ahead
    super({ highWaterMark: 1, encoding: 'utf8' });
    this.#changes = changes;
    this.#clock = clock;
    this.#saidAt = clock.monotonic();
    this.#beat();
  }

  override _read(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    this.#changes.next().then(
      (result) => this.#take(result),
      (error: unknown) => this.destroy(error as Error),
    );
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#cancelTimer();
    void this.#changes.return?.();
    done(error);
  }

  #take(result: IteratorResult<OperationEvent>): void {
    this.#waiting = false;
    if (result.done === true) {
      this.push(null);
      return;
    }
    const { type, operation } = result.value;
    this.#say(`id: ${this.#id++}\nevent: ${type}\ndata: ${textOf(operation)}\n\n`);
  }

  #say(text: string): void {
    this.#saidAt = this.#clock.monotonic();
    this.push(text);
  }

  /** One timer for the whole stream: it looks whether the time has come, and waits for the rest of it. */
  #beat(): void {
    const left = this.#saidAt + HEARTBEAT_MS - this.#clock.monotonic();
    // a reader that has not taken the last event needs no comment
    if (left <= 0 && this.#waiting) this.#say(': still there\n\n');
    this.#cancelTimer = this.#clock.setTimer(left <= 0 ? HEARTBEAT_MS : left, () => this.#beat());
  }
}

function textOf(operation: Readonly<Operation>): string {
  const known = written.get(operation);
  if (known !== undefined) return known;
  const text = JSON.stringify(operation);
  written.set(operation, text);
  return text;
}
