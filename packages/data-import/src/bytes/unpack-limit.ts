import { importError } from './import-error.js';

/** Bytes that a packed file may unpack to. 100 million rows have less. */
const MOST_UNPACKED_BYTES = 8 * 2 ** 30;
/** Prices pack to a tenth or so. Beyond this ratio, and beyond the free bytes, a file is not one of bars. */
const MOST_RATIO = 200;
const FREE_BYTES = 64 * 2 ** 20;

/** Passes unpacked chunks on until they are more than a file of `packedBytes` may hold: a small file can unpack to terabytes. */
export async function* limitUnpacked(
  file: string,
  packedBytes: number,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const most = Math.min(MOST_UNPACKED_BYTES, Math.max(FREE_BYTES, packedBytes * MOST_RATIO));
  let unpacked = 0;
  for await (const chunk of chunks) {
    unpacked += chunk.length;
    if (unpacked > most)
      throw importError(
        file,
        `the file unpacks to more than ${Math.floor(most / 2 ** 20)} MB, ${Math.floor(unpacked / Math.max(1, packedBytes))} times its size. ` +
          'Unpack it, and import the unpacked file',
      );
    yield chunk;
  }
}
