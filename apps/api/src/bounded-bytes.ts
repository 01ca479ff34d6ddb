import type { Readable } from 'node:stream';
import { KtrdrError } from '@ktrdr/contracts';

/** Limits the size of a file that somebody sends. @throws KtrdrError `payload_too_large` above `most` bytes */
export async function* boundedBytes(
  content: Readable,
  most: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = 0;
  for await (const piece of content) {
    bytes += (piece as Uint8Array).length;
    if (bytes > most) {
      throw new KtrdrError('payload_too_large', `The file has more than ${most} bytes, which is the limit.`);
    }
    yield piece as Uint8Array;
  }
}
