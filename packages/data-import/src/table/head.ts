import { detectEncoding, type TextEncoding, toUtf8 } from '../bytes/text-encoding.js';
import type { PackedFile } from '../bytes/packed-file.js';

/** Enough for thousands of rows. */
const HEAD_BYTES = 1 << 18;

/** The beginning of a file, as UTF-8. */
export interface Head {
  bytes: Uint8Array;
  /** True if this is the whole file. */
  whole: boolean;
  encoding: TextEncoding;
}

/** Reads the beginning of a file. */
export async function readHead(file: PackedFile): Promise<Head> {
  const parts: Uint8Array[] = [];
  let length = 0;
  let whole = true;
  for await (const chunk of file.chunks()) {
    parts.push(Uint8Array.from(chunk.subarray(0, HEAD_BYTES - length)));
    length += chunk.length;
    if (length <= HEAD_BYTES) continue;
    whole = false;
    break;
  }
  const raw = Buffer.concat(parts);
  const encoding = detectEncoding(raw, whole);
  const decoded: Uint8Array[] = [];
  for await (const chunk of toUtf8(once(raw), encoding)) decoded.push(chunk);
  return { bytes: Buffer.concat(decoded), whole, encoding };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
