import { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { readEvents } from './event-stream.js';

async function dataOf(stream: Readable, silentMs = 5_000): Promise<string[]> {
  const data: string[] = [];
  for await (const event of readEvents(stream, silentMs)) data.push(event.data);
  return data;
}

test('events are complete wherever the bytes are split, even inside a character', async () => {
  const bytes = Buffer.from(
    'event: progress\ndata: {"step":"Größe"}\n\n: still here\n\ndata: 2\r\n\r\ndata: cut o',
  );
  for (let size = 1; size <= bytes.length; size += 1) {
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      bytes.subarray(index * size, (index + 1) * size),
    );
    expect(await dataOf(Readable.from(chunks))).toEqual(['{"step":"Größe"}', '2']);
  }
});

test('a silent stream ends with an error', async () => {
  await expect(dataOf(new Readable({ read: () => {} }), 20)).rejects.toThrow('no byte for 0.02 s');
});
