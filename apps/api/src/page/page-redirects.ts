import { FILE_ROUTE } from '@ktrdr/service-kit';
import type { FastifyInstance } from 'fastify';
import { FOR_BROWSERS } from './prefers-html.js';

/** Paths of the page without their `/app`. Some of them are also routes of the API. */
export const PAGE_PATHS: readonly string[] = [
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

/** Redirects an address such as `/models`, typed into a browser, to the page: `/app/models`. */
export function redirectToPage(fastify: FastifyInstance): void {
  const paths = new Set(PAGE_PATHS);
  fastify.addHook('onSend', (request, reply, payload, done) => {
    if (paths.has(request.routeOptions.url ?? '') && ['GET', 'HEAD'].includes(request.method)) {
      const vary = reply.getHeader('vary');
      void reply.header('vary', vary === undefined ? 'accept' : `${String(vary)}, accept`);
    }
    done(null, payload);
  });
  for (const path of PAGE_PATHS)
    fastify.get(path, { config: FILE_ROUTE, constraints: FOR_BROWSERS }, (request, reply) =>
      reply.redirect(`/app${request.url}`, 302),
    );
}
