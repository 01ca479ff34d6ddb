import { expect, test } from '@jest/globals';
import { Readable } from 'node:stream';
import { boundedBytes } from './bounded-bytes.js';

async function countBytes(pieces: Buffer[]): Promise<number> {
  let bytes = 0;
  for await (const piece of boundedBytes(Readable.from(pieces), 1_000)) bytes += piece.length;
  return bytes;
}

test('a file of a host is accepted up to the limit, and not one byte more', async () => {
  const most = Array.from({ length: 10 }, () => Buffer.alloc(100));
  expect(await countBytes(most)).toBe(1_000);
  await expect(countBytes([...most, Buffer.alloc(1)])).rejects.toMatchObject({ code: 'payload_too_large' });
});
