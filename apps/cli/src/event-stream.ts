import type { Readable } from 'node:stream';
import { createParser, type EventSourceMessage } from 'eventsource-parser';

/**
 * Reads server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) until the stream ends.
 *
 * @param silentMs a stream without data for this long is destroyed with an error (ms)
 */
export async function* readEvents(stream: Readable, silentMs: number): AsyncGenerator<EventSourceMessage> {
  const events: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => events.push(event) });
  const decoder = new TextDecoder();
  const silence = setTimeout(
    () => stream.destroy(new Error(`no byte for ${silentMs / 1000} s on the event stream`)),
    silentMs,
  );
  try {
    for await (const chunk of stream) {
      silence.refresh();
      parser.feed(decoder.decode(chunk as Buffer, { stream: true }));
      yield* events.splice(0);
    }
  } finally {
    clearTimeout(silence);
  }
}
