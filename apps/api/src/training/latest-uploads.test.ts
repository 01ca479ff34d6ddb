import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { LatestUploads } from './latest-uploads.js';

test('a newer upload of a file ends the earlier ones, and uploads of other files continue', async () => {
  const uploads = new LatestUploads();
  let [open, most] = [0, 0];
  const receive = async (content: PassThrough): Promise<string> => {
    most = Math.max(most, (open += 1));
    try {
      return await text(content);
    } finally {
      open -= 1;
    }
  };
  const send = (file: string) => {
    const content = new PassThrough();
    const received = uploads.receive(file, content, () => receive(content)).catch((error: unknown) => error);
    return { content, received };
  };
  const same = Array.from({ length: 20 }, () => send('model/model.onnx'));
  const other = send('model/metadata.json');
  for (const { content } of [...same, other]) content.end('bytes');
  for (const { received } of same.slice(0, -1))
    expect(await received).toMatchObject({ code: 'operation_conflict' });
  expect(await same.at(-1)!.received).toBe('bytes');
  expect(await other.received).toBe('bytes');
  expect(most).toBe(2);
  const again = send('model/model.onnx');
  again.content.end('again');
  expect(await again.received).toBe('again');
});
