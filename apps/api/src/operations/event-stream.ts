import { oneLine, type Operation } from '@ktrdr/contracts';
import type { Clock, OperationEvent } from '@ktrdr/orchestrator';
import { writtenJson } from '@ktrdr/service-kit';
import { eventId } from './event-id.js';
import { EventSourceStream } from './event-source-stream.js';

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
export class EventStream extends EventSourceStream {
  private readonly changes: AsyncIterator<OperationEvent>;
  /** Id of the client's last event; `undefined` after the first state. */
  private seen: string | undefined;

  /** @param seen the client's `Last-Event-ID`: the first state is not sent again if it has this id */
  constructor(changes: AsyncIterator<OperationEvent>, clock: Clock, seen?: string) {
    super(clock);
    this.changes = changes;
    this.seen = seen;
  }

  override _read(): void {
    if (this.waiting) return;
    this.waiting = true;
    this.changes.next().then(
      (result) => this.receive(result),
      (error: unknown) => this.destroy(error as Error),
    );
  }

  protected override leave(): void {
    void this.changes.return?.();
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
}

function writtenState(operation: Readonly<Operation>): WrittenState {
  const known = written.get(operation);
  if (known !== undefined) return known;
  const state = { id: eventId(operation), text: writtenJson(operation).text };
  written.set(operation, state);
  return state;
}
