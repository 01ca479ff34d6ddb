import { readStream, type StreamListener } from './event-stream.js';
import { EVENTS } from './events-address.js';
import { LEAVE, type StreamMessage } from './stream-message.js';

/** A worker without a message for this long (ms) is dead: it reports each heartbeat of the API, and each attempt that fails. */
const SILENT_MS = 40_000;

/**
 * Reads the events of all operations from the stream that the tabs share. Where a browser has no shared workers, or cannot run
 * this one, the tab reads a stream of its own.
 * @returns a function that leaves the stream
 */
export function readSharedStream(listener: StreamListener): () => void {
  if (typeof SharedWorker === 'undefined') return readStream(EVENTS, listener);
  let heardAt: number | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let leave = (): void => {};

  const join = (): void => {
    let worker: SharedWorker;
    try {
      worker = new SharedWorker(new URL('./stream-worker.ts', import.meta.url), { type: 'module' });
    } catch {
      // Firefox refuses shared workers if it may not store data for the site
      leave = readStream(EVENTS, listener);
      return;
    }
    const { port } = worker;
    const take = ({ data }: MessageEvent<StreamMessage>): void => {
      watch();
      if (data.kind === 'lost') {
        heardAt = data.heardAt ?? heardAt;
        listener.lost(data.heardAt);
        return;
      }
      heardAt = data.at;
      if (data.kind === 'heard') listener.heard(data.at);
      else listener.received(data.type, data.data, data.at);
    };
    const fail = (): void => {
      leave();
      leave = readStream(EVENTS, listener);
    };
    port.addEventListener('message', take);
    worker.addEventListener('error', fail);
    port.start();
    leave = () => {
      clearTimeout(timer);
      worker.removeEventListener('error', fail);
      port.removeEventListener('message', take);
      port.postMessage(LEAVE);
      port.close();
    };
    watch();
  };
  const watch = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      leave();
      join();
      listener.lost(heardAt);
    }, SILENT_MS);
  };

  join();
  return () => leave();
}
