import type { Readable } from 'node:stream';
import { KtrdrError, shown } from '@ktrdr/contracts';
import type { FastifyRequest } from 'fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** Maximum size of a request body, in bytes. */
export const BODY_LIMIT = 2 * 1_048_576;

const FORM = 'application/x-www-form-urlencoded';

/** Maximum nesting depth of a body. No valid request comes close to it. */
const MAX_DEPTH = 16;

/**
 * Accepts only JSON objects as bodies. An empty body counts as missing, and so does an option with the value `null`. A
 * form content type is accepted for JSON, because `curl -d` sends it; `HostGuard` rejects forms from browsers. A `PUT`
 * may send `application/octet-stream`: its route gets the unread stream and must limit its size.
 */
export function readOnlyJson(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(
    ['application/json', FORM],
    { parseAs: 'string' },
    async ({ headers }: FastifyRequest, body: string) => {
      checkEncoding(headers['content-encoding']);
      const text = body.trim();
      if (text === '') return undefined;
      if (isForm(headers['content-type']) && !text.startsWith('{')) throw notJson(FORM);
      return parseObject(text);
    },
  );
  fastify.addContentTypeParser(
    'application/octet-stream',
    async ({ method }: FastifyRequest, stream: Readable) => {
      if (method === 'PUT') return stream;
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
  if (isDeeperThan(MAX_DEPTH, value)) {
    throw new KtrdrError(
      'invalid_request',
      `The body is nested too deeply: at most ${MAX_DEPTH} levels are allowed.`,
    );
  }
  return Object.fromEntries(Object.entries(value).filter(([, option]) => option !== null));
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(levels - 1, inner));
}
