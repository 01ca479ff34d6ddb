import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** Largest body that is read, bytes. */
export const BODY_LIMIT = 2 * 1_048_576;

/** Only JSON is read; a body that says it is JSON and is empty counts as no body. */
export function readOnlyJson(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  const parseJson = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else void parseJson(request, body, done);
  });
}
