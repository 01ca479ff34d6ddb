import type { NestFastifyApplication } from '@nestjs/platform-fastify';

const METHODS = 'GET, HEAD, POST, PUT, DELETE';
const REQUEST_HEADERS = 'authorization, content-type, last-event-id';
const ANSWER_HEADERS = 'retry-after, www-authenticate';
/** How long a browser may remember the answer to a preflight request, s. */
const REMEMBER_S = '600';

/**
 * Lets pages of the origins in `CORS_ORIGINS` read answers, and answers their preflight requests. Without origins no page of
 * another origin can. Cookies and HTTP logins are never sent along: a page needs a token.
 */
export function allowOrigins(app: NestFastifyApplication, origins: readonly string[]): void {
  if (origins.length === 0) return;
  const allowed = new Set(origins);
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', (request, reply, done) => {
      // a cache must not give the answer for one origin to another
      void reply.header('vary', 'origin');
      const { origin } = request.headers;
      if (origin === undefined || !allowed.has(origin)) return done();
      void reply.headers({
        'access-control-allow-origin': origin,
        'access-control-expose-headers': ANSWER_HEADERS,
        'cross-origin-resource-policy': 'cross-origin',
      });
      if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined)
        return done();
      void reply
        .headers({
          'access-control-allow-methods': METHODS,
          'access-control-allow-headers': REQUEST_HEADERS,
          'access-control-max-age': REMEMBER_S,
        })
        .status(204)
        .send();
    });
}
