import { now } from '../clock.js';
import { EventParser } from './event-parser.js';

/** Waits between two attempts to open the stream again, ms. */
const WAITS_MS = [500, 1_000, 2_000, 5_000, 10_000] as const;
/** A stream without data for this long (ms) is dead: the API sends a heartbeat every 15 s. */
const SILENT_MS = 25_000;
/** A stream that has not begun after this time is requested again, ms: the browser may have used a dead connection. */
const BEGIN_MS = 10_000;

export interface StreamListener {
  /** The API has sent something, for example a heartbeat. @param at ms since 1970 */
  heard(at: number): void;
  /**
   * The stream is closed, or nothing was received for too long. It will be opened again.
   * @param heardAt when the API last sent something, ms since 1970; `null`: never on this stream
   */
  lost(heardAt: number | null): void;
  /**
   * @param data the text of the event
   * @param at when it arrived, ms since 1970
   */
  received(type: string, data: string, at: number): void;
}

/**
 * Reads server-sent events until it is closed. A browser's EventSource does not show heartbeats, so it cannot tell a dead connection
 * from a quiet one, and it gives up after an error status. This reader opens another stream.
 * @returns a function that closes the stream
 */
export function readStream(address: string, listener: StreamListener): () => void {
  const closing = new AbortController();
  void readAgainAndAgain(address, listener, closing.signal);
  return () => closing.abort();
}

async function readAgainAndAgain(
  address: string,
  listener: StreamListener,
  closing: AbortSignal,
): Promise<void> {
  let attempts = 0;
  for (;;) {
    const heardAt = await readOnce(address, listener, closing);
    if (closing.aborted) return;
    listener.lost(heardAt);
    // the listener may have closed the stream
    if (closing.aborted) return;
    attempts = heardAt === null ? attempts + 1 : 0;
    await wait(WAITS_MS[Math.min(attempts, WAITS_MS.length - 1)] ?? 0, closing);
  }
}

/** Reads one stream to its end. @returns when the API last sent something, ms since 1970; `null` if the stream was not open */
async function readOnce(
  address: string,
  listener: StreamListener,
  closing: AbortSignal,
): Promise<number | null> {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  closing.addEventListener('abort', end);
  let timer = setTimeout(end, BEGIN_MS);
  let heardAt: number | null = null;
  const parser = new EventParser((type, data) => {
    try {
      listener.received(type, data, heardAt ?? now());
    } catch (error) {
      // the fault of a listener does not end the stream
      reportError(error);
    }
  });
  try {
    const headers = { accept: 'text/event-stream' };
    const response = await fetch(address, { headers, cache: 'no-store', signal: ending.signal });
    if (!response.ok || response.body === null) return null;
    heardAt = now();
    clearTimeout(timer);
    timer = setTimeout(end, SILENT_MS);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return heardAt;
      heardAt = now();
      clearTimeout(timer);
      timer = setTimeout(end, SILENT_MS);
      listener.heard(heardAt);
      parser.push(value);
    }
  } catch {
    // the network, or silence: the next stream tells everything anew
    return heardAt;
  } finally {
    clearTimeout(timer);
    ending.abort();
    closing.removeEventListener('abort', end);
  }
}

function wait(ms: number, closing: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      closing.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    closing.addEventListener('abort', end);
  });
}
