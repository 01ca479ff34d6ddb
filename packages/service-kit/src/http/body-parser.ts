import { isUtf8 } from 'node:buffer';
import type { Readable } from 'node:stream';
import { KtrdrError, shown } from '@ktrdr/contracts';
import type { FastifyRequest } from 'fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { takesBytes } from './byte-body.js';
import { checkJsonText } from './json-text.js';

/** Maximum size of a request body, in bytes. */
export const BODY_LIMIT = 2 * 1_048_576;

const FORM = 'application/x-www-form-urlencoded';

/** Half of a surrogate pair without the other half. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Accepts only JSON objects as bodies. An empty body counts as missing. A form content type is accepted for JSON, because `curl -d`
 * sends it; `HostGuard` rejects forms from browsers. A route that {@link TakesBytes} gets `application/octet-stream` as an unread stream.
 */
export function readOnlyJson(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(
    ['application/json', FORM],
    { parseAs: 'buffer' },
    async ({ headers }: FastifyRequest, body: Buffer) => {
      checkEncoding(headers['content-encoding']);
      if (!isUtf8(body)) throw new KtrdrError('invalid_request', 'The body is not valid UTF-8.');
      // removes a byte order mark too
      const text = body.toString('utf8').trim();
      if (text === '') return undefined;
      if (isForm(headers['content-type']) && !text.startsWith('{')) throw notJson(FORM);
      return parseObject(text);
    },
  );
  fastify.addContentTypeParser(
    'application/octet-stream',
    async (request: FastifyRequest, stream: Readable) => {
      if (takesBytes(request)) return stream;
      throw notJson('application/octet-stream');
    },
  );
}

/** True if the content type is that of an HTML form. */
export function isForm(contentType: string | undefined): boolean {
  return contentType?.split(';', 1)[0]?.trim().toLowerCase() === FORM;
}

function notJson(contentType: string): KtrdrError {
  return new KtrdrError(
    'unsupported_media_type',
    `Send the body as content-type: application/json, not ${shown(contentType)}.`,
  );
}

function checkEncoding(encoding: string | undefined): void {
  if (encoding === undefined || encoding.toLowerCase() === 'identity') return;
  throw new KtrdrError(
    'unsupported_media_type',
    `Send the body uncompressed: content-encoding ${shown(encoding)} is not supported.`,
  );
}

function parseObject(text: string): object {
  const duplicate = checkJsonText(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new KtrdrError('invalid_request', `The body is not valid JSON: ${(error as Error).message}.`, {
      cause: error,
    });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new KtrdrError('invalid_request', 'The body must be a JSON object: { ... }.');
  }
  if (duplicate !== null) throw invalidAt(duplicate, 'is given twice; keep one');
  checkValues(value, '');
  return value;
}

/** JSON allows numbers that become Infinity, and halves of surrogate pairs, which no file or database can store. */
function checkValues(value: unknown, path: string): void {
  if (typeof value === 'number' && !Number.isFinite(value)) throw invalidAt(path, 'is too large a number');
  if (typeof value === 'string' && LONE_SURROGATE.test(value)) {
    throw invalidAt(path, 'contains half of a surrogate pair, which is not valid Unicode');
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    if (LONE_SURROGATE.test(name)) throw invalidAt(path, 'has a name that is not valid Unicode');
    checkValues(inner, path === '' ? name : `${path}.${name}`);
  }
}

function invalidAt(path: string, what: string): KtrdrError {
  const place = path === '' ? 'the body' : shown(path);
  return new KtrdrError('invalid_request', `The body is not valid: ${place} ${what}.`, {
    details: { path: path.slice(0, 200) },
  });
}
