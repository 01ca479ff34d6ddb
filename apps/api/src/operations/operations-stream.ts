import { printableJson, type OperationsEvents } from '@ktrdr/contracts';
import type { Clock, OperationsChange } from '@ktrdr/orchestrator';
import { EventSourceStream } from './event-source-stream.js';

/** Changes that wait for a slow reader. With more, it gets `ready` instead and loads its list again. */
const MOST_WAITING = 1_000;
/** Characters that are sent at once. */
const CHUNK = 65_536;

/** All readers get the same change: it is serialized once. */
const written = new WeakMap<OperationsChange, string>();

/**
 * Changes of all operations as server-sent events. A slow reader gets only the newest state of each operation, so a stream never holds
 * more than `MOST_WAITING` events.
 */
export class OperationsStream extends EventSourceStream {
  /** The newest event of each operation that the reader has not taken, oldest first. */
  private readonly unread = new Map<string, string>();
  private mustOpen = true;
  private ending = false;
  private readonly stop: () => void;

  /** @param follow calls the listener with every change, and returns a function that removes it */
  constructor(
    follow: (listener: (change: OperationsChange) => void) => () => void,
    clock: Clock,
    private readonly version: string,
  ) {
    super(clock);
    this.stop = follow((change) => this.receive(change));
  }

  override _read(): void {
    this.waiting = true;
    this.serve();
  }

  /** Sends what is left, then ends. */
  finish(): void {
    this.ending = true;
    this.serve();
  }

  protected override leave(): void {
    this.stop();
    this.unread.clear();
  }

  private receive(change: OperationsChange): void {
    if (change.type === 'missed') this.reopen();
    else {
      const id = change.type === 'removed' ? change.operationId : change.operation.operation_id;
      // the newest state goes to the end
      this.unread.delete(id);
      this.unread.set(id, writtenChange(change));
      if (this.unread.size > MOST_WAITING) this.reopen();
    }
    this.serve();
  }

  private reopen(): void {
    this.mustOpen = true;
    // the reader loads all of it again
    this.unread.clear();
  }

  private serve(): void {
    if (!this.waiting || this.destroyed) return;
    const text = this.nextText();
    if (text === '' && !this.ending) return;
    this.waiting = false;
    if (text === '') this.push(null);
    else this.say(text);
  }

  private nextText(): string {
    let text = '';
    if (this.mustOpen) {
      this.mustOpen = false;
      const server_time = new Date(this.clock.now()).toISOString();
      text = eventText('ready', { server_time, version: this.version });
    }
    for (const [id, event] of this.unread) {
      if (text !== '' && text.length + event.length > CHUNK) break;
      text += event;
      this.unread.delete(id);
    }
    return text;
  }
}

function writtenChange(change: Exclude<OperationsChange, { type: 'missed' }>): string {
  const known = written.get(change);
  if (known !== undefined) return known;
  const text =
    change.type === 'removed'
      ? eventText('removed', { operation_id: change.operationId })
      : // each manager writes the metadata of its own type
        eventText('operation', change.operation as OperationsEvents['operation']);
  written.set(change, text);
  return text;
}

/** JSON has no line breaks. */
function eventText<T extends keyof OperationsEvents>(type: T, data: OperationsEvents[T]): string {
  return `event: ${type}\ndata: ${printableJson(data)}\n\n`;
}
