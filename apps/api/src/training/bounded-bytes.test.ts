import { expect, test } from '@jest/globals';
import { Readable } from 'node:stream';
import { boundedBytes } from './bounded-bytes.js';

const PIECE = Buffer.alloc(100 * 1_048_576);

async function countBytes(pieces: Buffer[]): Promise<number> {
  let bytes = 0;
  for await (const piece of boundedBytes(Readable.from(pieces))) bytes += piece.length;
  return bytes;
}

test('a file of a host is accepted up to the limit, and not one byte more', async () => {
  const most = Array.from({ length: 10 }, () => PIECE);
  expect(await countBytes(most)).toBe(1_000 * 1_048_576);
  await expect(countBytes([...most, Buffer.alloc(1)])).rejects.toMatchObject({ code: 'payload_too_large' });
});
