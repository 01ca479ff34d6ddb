import { FILE_ROUTE } from '@ktrdr/service-kit';
import type { FastifyInstance } from 'fastify';

/**
 * Paths of the page without their `/app`. Some of them are also routes of the API: a request that prefers HTML goes to the page, any
 * other one to the API.
 */
const PATHS = [
  '/operations',
  '/operations/:id',
  '/compare',
  '/models',
  '/models/:strategy/:version',
  '/strategies',
  '/strategies/:name',
  '/train',
  '/data',
  '/data/import',
  '/data/:symbol/:timeframe',
  '/hosts',
  '/access',
  '/notifications',
  '/login',
];
/** Name of the route constraint, and its only value. */
const CONSTRAINT = 'prefers';
const HTML = 'html';

/** Redirects an address such as `/models`, typed into a browser, to the page: `/app/models`. */
export function redirectToPage(fastify: FastifyInstance): void {
  fastify.addConstraintStrategy({
    name: CONSTRAINT,
    storage: () => {
      const handlers = new Map<unknown, never>();
      return {
        get: (value) => handlers.get(value) ?? null,
        set: (value, handler) => void handlers.set(value, handler as never),
      };
    },
    deriveConstraint: ({ headers }) => (prefersHtml(headers.accept) ? HTML : undefined),
    validate: () => undefined,
    // without a page at its path, such a request goes to the API
    mustMatchWhenDerived: false,
  });
  const paths = new Set(PATHS);
  fastify.addHook('onSend', (request, reply, payload, done) => {
    if (paths.has(request.routeOptions.url ?? '') && ['GET', 'HEAD'].includes(request.method)) {
      const vary = reply.getHeader('vary');
      void reply.header('vary', vary === undefined ? 'accept' : `${String(vary)}, accept`);
    }
    done(null, payload);
  });
  for (const path of PATHS)
    fastify.get(path, { config: FILE_ROUTE, constraints: { [CONSTRAINT]: HTML } }, (request, reply) =>
      reply.redirect(`/app${request.url}`, 302),
    );
}

const HTML_TYPE = /text\/html/i;

/** True for a browser that opens an address: it names HTML, and prefers it to JSON. */
export function prefersHtml(accept: string | undefined): boolean {
  // most requests come from programs
  if (accept === undefined || !HTML_TYPE.test(accept)) return false;
  const qualities = new Map<string, number>();
  for (const part of accept.toLowerCase().split(',')) {
    const [type = '', ...parameters] = part.split(';').map((text) => text.trim());
    const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
    qualities.set(type, Number(quality));
  }
  const json =
    qualities.get('application/json') ?? qualities.get('application/*') ?? qualities.get('*/*') ?? 0;
  return (qualities.get('text/html') ?? 0) > json;
}
