import type { Readable } from 'node:stream';
import { KtrdrError } from '@ktrdr/contracts';

/** The largest network of a strategy file, 50 million weights, with both moments of its optimiser and its best weights. */
const MOST_BYTES = 1_000 * 1_048_576;

/** What a host sends, up to a bound. @throws KtrdrError `payload_too_large` beyond it */
export async function* boundedBytes(content: Readable): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = 0;
  for await (const piece of content) {
    bytes += (piece as Uint8Array).length;
    if (bytes > MOST_BYTES) {
      throw new KtrdrError('payload_too_large', `More than ${MOST_BYTES} bytes are not taken.`);
    }
    yield piece as Uint8Array;
  }
}
