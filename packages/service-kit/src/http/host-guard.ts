import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { KtrdrError, shown, type ErrorResponse } from '@ktrdr/contracts';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import type { ListenSettings } from '../listen-settings.js';
import { isForm } from './body-parser.js';
import { isLoopback, parseHost, type HostAndPort } from './host-name.js';
import { isOriginOf } from './own-origin.js';

/** Methods that change nothing. Pages of other origins may send them, but cannot read the response. */
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Values of `Sec-Fetch-Site` for requests from a page of this service, or from a user who entered the address. */
const OWN_SITES = new Set(['same-origin', 'none']);

/**
 * Docker's name for the machine outside a container. On Docker Desktop it also reaches services on loopback. No page
 * can use it, because nobody can register a name under `.internal`.
 */
const OUTSIDE_CONTAINERS = 'host.docker.internal';

type GuardedRequest = Pick<FastifyRequest, 'method' | 'url' | 'headers'> & {
  raw: Pick<FastifyRequest['raw'], 'rawHeaders'>;
};

/**
 * Protects a service from web pages, with and without tokens. The `Host` of every request must name this service, because
 * a page can point its own DNS name at this machine. A request that changes something must not come from another
 * origin. The check runs on every route, before the body is read.
 */
export function guardHosts(app: NestFastifyApplication, settings: ListenSettings): void {
  const guard = new HostGuard(settings, hostname());
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', (request, reply, done) => {
      const refusal = guard.refusalOf(request);
      if (refusal === null) return done();
      const body: ErrorResponse = { success: false, error: refusal.toBody() };
      void reply.status(refusal.httpStatus).type('application/json').send(body);
    });
}

/** Decides by a request's target and headers only. */
export class HostGuard {
  private readonly listensOnLoopback: boolean;
  /** Names from `ALLOWED_HOSTS`. */
  private readonly allowed: ReadonlySet<string>;
  /** Origins from `CORS_ORIGINS`. */
  private readonly origins: ReadonlySet<string>;
  /** Names of this machine. */
  private readonly own: ReadonlySet<string>;
  /** The last accepted header: nearly all requests have the same one, and checking it takes time. */
  private lastOwn: { header: string; host: HostAndPort } | null = null;

  constructor(
    { host, allowedHosts, corsOrigins }: Pick<ListenSettings, 'host' | 'allowedHosts' | 'corsOrigins'>,
    machine: string,
  ) {
    this.listensOnLoopback = isLoopback(host.toLowerCase());
    this.allowed = new Set(allowedHosts);
    this.origins = new Set(corsOrigins);
    this.own = new Set([host, machine].map((name) => name.toLowerCase()));
  }

  /** Why the request is rejected, or `null`. */
  refusalOf({ method, url, headers, raw }: GuardedRequest): KtrdrError | null {
    // an absolute URL as the target would name a different host
    if (!url.startsWith('/')) {
      return invalid(
        `The request target ${shown(url)} is not a path. Send only the path, such as /operations.`,
      );
    }
    const known = this.lastOwn !== null && this.lastOwn.header === headers.host ? this.lastOwn.host : null;
    const host = known ?? (headers.host === undefined ? null : parseHost(headers.host));
    if (host === null || countOf('host', raw.rawHeaders) !== 1) {
      return invalid(
        `${hostProblem(headers.host, raw.rawHeaders)} Send one Host header with the name or address of this service, such as localhost:8000. ALLOWED_HOSTS adds names.`,
      );
    }
    if (known === null) {
      if (!this.isOwn(host.name)) return hostNotAllowed(host.name);
      this.lastOwn = { header: headers.host as string, host };
    }
    return SAFE_METHODS.has(method) ? null : this.changeRefusal(headers, host);
  }

  private isOwn(name: string): boolean {
    if (isLoopback(name) || name === OUTSIDE_CONTAINERS || this.allowed.has(name)) return true;
    // a page cannot make one of these names resolve to this machine
    return !this.listensOnLoopback && (isIP(name) !== 0 || this.own.has(name));
  }

  /** Checks a request that changes something. */
  private changeRefusal(headers: FastifyRequest['headers'], host: HostAndPort): KtrdrError | null {
    const { origin } = headers;
    const site = headers['sec-fetch-site'] as string | undefined;
    if (origin === undefined && site === undefined) return null;
    if (isForm(headers['content-type'])) {
      return new KtrdrError(
        'unsupported_media_type',
        'A browser must send the body as content-type: application/json, not as a form.',
      );
    }
    if (origin !== undefined) return this.isOwnOrigin(origin, host) ? null : originNotAllowed(origin);
    return OWN_SITES.has(site ?? '') ? null : originNotAllowed(site ?? '');
  }

  private isOwnOrigin(origin: string, host: HostAndPort): boolean {
    return this.origins.has(origin) || isOriginOf(origin, host, this.allowed);
  }
}

function countOf(name: string, rawHeaders: readonly string[]): number {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const sent = rawHeaders[at]!;
    // the length first: most names need no copy in lower case
    if (sent.length === name.length && sent.toLowerCase() === name) count += 1;
  }
  return count;
}

function hostProblem(host: string | undefined, rawHeaders: readonly string[]): string {
  if (host === undefined) return 'The request has no Host header.';
  if (countOf('host', rawHeaders) > 1) return 'The request has more than one Host header.';
  return `The Host header ${shown(host)} is not a host name with an optional port.`;
}

function invalid(message: string): KtrdrError {
  return new KtrdrError('invalid_request', message);
}

function hostNotAllowed(name: string): KtrdrError {
  return new KtrdrError(
    'host_not_allowed',
    `This service does not accept the host name ${shown(name)}. Use its own address, such as http://localhost:8000. If the name is yours, add it to ALLOWED_HOSTS in the service's environment.`,
    { details: { host: name } },
  );
}

function originNotAllowed(origin: string): KtrdrError {
  return new KtrdrError(
    'origin_not_allowed',
    `Requests from another origin (${shown(origin)}) must not change anything. If the page is yours, add its host name to ALLOWED_HOSTS; the port must be the default port or the one in the Host header.`,
  );
}
