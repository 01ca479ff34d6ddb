import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** A year, in seconds. */
const HSTS_S = 31_536_000;

/**
 * Headers of every answer (OWASP HTTP Headers Cheat Sheet). No answer may be framed, read as another type, cached, or named as a
 * referrer. An answer is data: a browser that shows it loads and runs nothing. The files of a page replace the last two.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
};

/** Sets the headers before anything else handles a request, so that errors and unknown routes have them too. */
export function setSecurityHeaders(app: NestFastifyApplication): void {
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', (request, reply, done) => {
      void reply.headers(SECURITY_HEADERS);
      // a browser ignores it over plain HTTP; the protocol may come from a trusted proxy
      if (request.protocol === 'https') void reply.header('strict-transport-security', `max-age=${HSTS_S}`);
      done();
    });
}
