/** Waits between two attempts to open the stream again after the API refused it or went away, ms. */
const WAITS_MS = [1_000, 2_000, 5_000, 10_000] as const;

export interface StreamListener {
  /** The stream is open; everything that was read before may be old. */
  opened(): void;
  /** The stream is closed and will be opened again. */
  lost(): void;
  /** @param data the parsed JSON of the event */
  received(type: string, data: unknown): void;
}

/**
 * Reads server-sent events until it is closed. A browser's EventSource gives up after an error status; this reader opens
 * another one.
 * @param types names of the events that are read
 * @returns closes the stream
 */
export function readStream(address: string, types: readonly string[], listener: StreamListener): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let attempts = 0;
  let isClosed = false;

  function open(): void {
    source = new EventSource(address);
    source.addEventListener('open', () => {
      attempts = 0;
      listener.opened();
    });
    source.addEventListener('error', () => {
      listener.lost();
      if (source?.readyState !== EventSource.CLOSED || isClosed) return;
      const wait = WAITS_MS[Math.min(attempts, WAITS_MS.length - 1)] ?? 10_000;
      attempts += 1;
      timer = setTimeout(open, wait);
    });
    for (const type of types)
      source.addEventListener(type, (event) => {
        // the browser's own event "open" has no data
        if (event instanceof MessageEvent) listener.received(type, JSON.parse(event.data as string));
      });
  }

  open();
  return () => {
    isClosed = true;
    clearTimeout(timer);
    source?.close();
  };
}
