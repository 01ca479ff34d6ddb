import type { StreamListener } from './event-stream.js';
import { LEAVE, type StreamMessage } from './stream-message.js';

/** One stream for all tabs of a browser, open while a tab reads it: a browser allows only six connections to one address. */
export class SharedStream {
  private readonly tabs = new Set<MessagePort>();
  private close: (() => void) | null = null;
  /** For tabs that join later: whether the stream is open or lost. */
  private state: StreamMessage | null = null;

  /** @param open opens the stream; returns a function that closes it */
  constructor(private readonly open: (listener: StreamListener) => () => void) {}

  /** Sends the events to a tab until it leaves. */
  join(tab: MessagePort): void {
    tab.addEventListener('message', ({ data }) => {
      if (data === LEAVE) this.leave(tab);
    });
    // a tab that has crashed
    tab.addEventListener('close', () => this.leave(tab));
    tab.start();
    this.tabs.add(tab);
    if (this.state !== null) tab.postMessage(this.state);
    this.close ??= this.open({
      heard: (at) => this.tell({ kind: 'heard', at }),
      received: (type, data, at) => {
        const message: StreamMessage = { kind: 'received', at, type, data };
        if (type === 'ready') this.state = message;
        this.tell(message);
      },
      lost: (heardAt) => {
        this.state = { kind: 'lost', heardAt };
        this.tell(this.state);
      },
    });
  }

  private leave(tab: MessagePort): void {
    this.tabs.delete(tab);
    if (this.tabs.size > 0) return;
    this.close?.();
    this.close = null;
    this.state = null;
  }

  private tell(message: StreamMessage): void {
    for (const tab of this.tabs) tab.postMessage(message);
  }
}
