import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import type { OutsideFile } from '@ktrdr/files';
import type { FastifyReply } from 'fastify';

/** Everything else is sent as bytes. */
const TYPES: Readonly<Record<string, string>> = {
  '.json': 'application/json; charset=utf-8',
  '.yaml': 'application/yaml; charset=utf-8',
};

export interface SentModelFile {
  name: string;
  /** `If-None-Match` of the request. */
  known: string | undefined;
  /** Name under which a browser saves it. Letters, digits, `.`, `_` and `-`. */
  saveAs: string;
}

/** Streams a file of a model as a download, or answers 304 if the client has it. Closes the file. */
export async function sendModelFile(
  reply: FastifyReply,
  file: OutsideFile,
  { name, known, saveAs }: SentModelFile,
): Promise<void> {
  const etag = await etagOf(file);
  // the next request asks whether the file is still the same
  void reply.header('etag', etag).header('cache-control', 'private, no-cache');
  if (known?.split(',').some((one) => one.trim() === etag) === true) {
    await file.close();
    await reply.status(304).send();
    return;
  }
  await reply
    .type(TYPES[extname(name)] ?? 'application/octet-stream')
    .header('content-disposition', `attachment; filename="${saveAs}"`)
    .header('content-length', file.size)
    .send(file.stream());
}

async function etagOf(file: OutsideFile): Promise<string> {
  try {
    const { version } = await file.identity();
    return `"${createHash('sha256').update(version).digest('hex').slice(0, 24)}"`;
  } catch (error) {
    await file.close();
    throw error;
  }
}
