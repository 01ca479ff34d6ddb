import type { OnModuleInit } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';
import { FILE_ROUTE } from '@ktrdr/service-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { PAGE_POLICY } from './page-policy.js';
import { NotFoundPage } from './not-found-page.js';
import { PAGE_PATHS, redirectToPage } from './page-redirects.js';
import { allowRoutesForBrowsers, FOR_BROWSERS, prefersHtml } from './prefers-html.js';
import { sendStaticFile } from './send-static-file.js';
import type { StaticFile, StaticFolder } from './static-folder.js';

/** Seconds that a browser may keep a file whose name contains its hash. */
const YEAR_S = 31_536_000;
const IMMUTABLE = `public, max-age=${YEAR_S}, immutable`;
/** A browser may keep the file, but asks each time whether it is the newest. */
const REVALIDATED = 'no-cache';

/** Files of the page that are not served at their own names. */
const INDEX = 'index.html';
const NOT_FOUND = 'not-found.html';

const MISSING = 'This build of the API has no web page. Build all packages to add it: npm run build\n';

/** A file's path within `/assets/` or `/docs/`. */
interface InFolder {
  Params: { '*': string };
}

/**
 * The routes of the page and of the documentation. They are open to everyone and hold no data: the page asks the API for everything
 * that it shows. They are outside Nest, because they have neither options nor answers of the API.
 */
export class PageRoutes implements OnModuleInit {
  /** `null`: the build has no page. */
  private readonly notFound: NotFoundPage | null;

  constructor(
    private readonly host: HttpAdapterHost,
    /** `null`: the build has no page. */
    private readonly page: StaticFolder | null,
    private readonly docs: StaticFolder | null,
  ) {
    const html = page?.get(NOT_FOUND)?.plain.toString();
    this.notFound = html === undefined ? null : new NotFoundPage(html, PAGE_PATHS, docs?.keys() ?? []);
  }

  onModuleInit(): void {
    const fastify = this.host.httpAdapter.getInstance<FastifyInstance>();
    const options = { config: FILE_ROUTE };
    const index = this.page?.get(INDEX);
    const sendIndex = (request: FastifyRequest, reply: FastifyReply) =>
      index === undefined ? sendMissing(reply) : this.send(index, REVALIDATED, request, reply);
    for (const path of ['/', ...PAGE_PATHS.flatMap((page) => [`/app${page}`, `/app${page}/`])])
      fastify.get(path, options, sendIndex);
    for (const path of ['/app', '/app/'])
      fastify.get(path, options, (_request, reply) => reply.redirect('/', 302));
    // the page itself says that it has no such address
    fastify.get('/app/*', options, (request, reply) => sendIndex(request, reply.status(404)));
    if (index !== undefined) {
      allowRoutesForBrowsers(fastify);
      redirectToPage(fastify);
      fastify.get('/*', { ...options, constraints: FOR_BROWSERS }, (request, reply) =>
        this.sendNotFound(request, reply),
      );
    }
    fastify.get<InFolder>('/assets/*', options, (request, reply) =>
      this.send(this.page?.get(`assets/${request.params['*']}`), IMMUTABLE, request, reply),
    );
    for (const [path, file] of this.page ?? []) {
      if (path.includes('/') || path === INDEX || path === NOT_FOUND) continue;
      fastify.get(`/${path}`, options, (request, reply) => this.send(file, REVALIDATED, request, reply));
    }
    fastify.get('/docs', options, (_request, reply) => reply.redirect('/docs/', 301));
    fastify.get<InFolder>('/docs/*', options, (request, reply) =>
      this.sendDocs(request.params['*'], request, reply),
    );
  }

  private sendDocs(path: string, request: FastifyRequest, reply: FastifyReply): unknown {
    const { docs } = this;
    if (docs === null) return path === '' ? sendMissing(reply) : this.sendNotFound(request, reply);
    const isFolder = path === '' || path.endsWith('/');
    if (!isFolder && docs.has(`${path}/index.html`)) return reply.redirect(`/docs/${encodeURI(path)}/`, 301);
    return this.send(docs.get(isFolder ? `${path}index.html` : path), REVALIDATED, request, reply);
  }

  private send(
    file: StaticFile | undefined,
    cache: string,
    request: FastifyRequest,
    reply: FastifyReply,
  ): unknown {
    if (file === undefined) return this.sendNotFound(request, reply);
    void reply.headers({ 'content-security-policy': PAGE_POLICY, 'cache-control': cache });
    sendStaticFile(file, request, reply);
    return reply;
  }

  /** Links for a browser, the API's error for every other client. */
  private sendNotFound(request: FastifyRequest, reply: FastifyReply): unknown {
    if (this.notFound === null || !prefersHtml(request.headers.accept)) return reply.callNotFound();
    const [path = ''] = request.url.split('?', 1);
    return reply
      .status(404)
      .headers({ 'content-security-policy': PAGE_POLICY, 'cache-control': REVALIDATED, vary: 'accept' })
      .type('text/html; charset=utf-8')
      .send(this.notFound.write(path));
  }
}

function sendMissing(reply: FastifyReply): FastifyReply {
  return reply.status(404).type('text/plain; charset=utf-8').send(MISSING);
}
