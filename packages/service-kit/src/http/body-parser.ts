import { KtrdrError } from '@ktrdr/contracts';
import type { FastifyRequest } from 'fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** Largest body that is read, bytes. */
export const BODY_LIMIT = 2 * 1_048_576;

/** Only JSON objects are read; a body that says it is JSON and is empty counts as no body. */
export function readOnlyJson(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    async (_request: FastifyRequest, body: string) => (body.trim() === '' ? undefined : parseObject(body)),
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
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new KtrdrError('invalid_request', 'The body must be a JSON object: { ... }.');
}
