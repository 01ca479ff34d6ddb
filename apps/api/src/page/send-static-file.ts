import type { FastifyReply, FastifyRequest } from 'fastify';
import type { StaticFile } from './static-folder.js';

/** Names of the encodings, best first. */
const ENCODINGS = ['br', 'gzip'] as const;

/** Sends the file, or 304 if the client has it. Fastify answers HEAD from the same route. */
export function sendStaticFile(
  file: StaticFile,
  { headers }: Pick<FastifyRequest, 'headers'>,
  reply: FastifyReply,
): void {
  const encoding = ENCODINGS.find(
    (name) => file[name] !== undefined && accepts(headers['accept-encoding'], name),
  );
  // each encoding is another text, so it has another tag
  const etag = encoding === undefined ? file.etag : file.etag.replace(/"$/, `-${encoding}"`);
  void reply.headers({ etag, vary: 'accept-encoding' });
  if (hasTag(headers['if-none-match'], etag)) {
    void reply.status(304).send();
    return;
  }
  if (encoding !== undefined) void reply.header('content-encoding', encoding);
  void reply.type(file.type).send(encoding === undefined ? file.plain : file[encoding]);
}

function accepts(header: string | string[] | undefined, encoding: string): boolean {
  return String(header ?? '')
    .toLowerCase()
    .split(',')
    .some((part) => {
      const [name = '', ...parameters] = part.split(';').map((text) => text.trim());
      return name === encoding && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
    });
}

function hasTag(header: string | undefined, etag: string): boolean {
  return header !== undefined && header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}
