import type { Readable } from 'node:stream';
import { KtrdrError } from '@ktrdr/contracts';

/** Enough for the largest network, 50 million weights, with both moments of its optimiser and its best weights. */
const MOST_BYTES = 1_000 * 1_048_576;

/** Limits the size of a file that a host sends. @throws KtrdrError `payload_too_large` above the limit */
export async function* boundedBytes(content: Readable): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = 0;
  for await (const piece of content) {
    bytes += (piece as Uint8Array).length;
    if (bytes > MOST_BYTES) {
      throw new KtrdrError(
        'payload_too_large',
        `The file has more than ${MOST_BYTES} bytes, which is the limit.`,
      );
    }
    yield piece as Uint8Array;
  }
}
