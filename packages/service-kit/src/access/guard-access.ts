import { KtrdrError, includesRole, type ErrorResponse, type Role } from '@ktrdr/contracts';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorAnswer } from '../http/error-answer.js';
import { withRetryAfter } from '../http/retry-after.js';
import { AUTHENTICATOR, type Authenticator } from './authenticator.js';
import { CALLER, callerOf, setCaller, type Caller } from './caller.js';
import { RefusedTokens } from './refused-tokens.js';
import { ACCESS_CONFIG, accessOf, type RouteAccess } from './route-access.js';

/** Maximum size of a body that a route takes from everyone, in bytes. */
const OPEN_BODY_LIMIT = 4_096;

/**
 * Denies by default. A hook of Fastify authenticates every request before its body is read, on unknown routes and on
 * `/openapi.json` too; only routes that are open to everyone need no caller. Nest's global guard then compares the caller's role
 * with the role of the handler. Both read the route that Fastify has matched, never the path.
 */
export function guardAccess(app: NestFastifyApplication): void {
  const service = app.get<Authenticator>(AUTHENTICATOR, { strict: false });
  const fastify = app.getHttpAdapter().getInstance();
  fastify.decorateRequest(CALLER, null);
  fastify.decorateRequest(ACCESS_CONFIG, null);
  const refused = app.get(RefusedTokens, { strict: false });
  fastify.addHook('onRoute', (route) => {
    if ((route.config as { access?: RouteAccess } | undefined)?.access?.kind === 'open')
      route.bodyLimit = OPEN_BODY_LIMIT;
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    const access = accessOf(request);
    const authenticator =
      access?.kind === 'scheme' ? app.get<Authenticator>(access.scheme, { strict: false }) : service;
    const accept = (caller: Caller): void => {
      setCaller(request, caller);
      done();
    };
    const refuse = (error: unknown): void => {
      if (access?.kind === 'open') done();
      else if (error instanceof KtrdrError)
        answer(error.code === 'unauthenticated' ? refused.refusalOf(request, error) : error, request, reply);
      else done(error as Error);
    };
    try {
      const caller = authenticator.authenticate(request);
      if (caller instanceof Promise) caller.then(accept, refuse);
      else accept(caller);
    } catch (error) {
      refuse(error);
    }
  });
  app.useGlobalGuards(new AccessGuard());
}

function answer(error: KtrdrError, request: FastifyRequest, reply: FastifyReply): void {
  const { status, body } = errorAnswer(error, request);
  if (error.code === 'too_many_requests')
    void withRetryAfter(reply, error, status).header('connection', 'close');
  if (error.code === 'unauthenticated') void reply.header('www-authenticate', 'Bearer realm="ktrdr"');
  void reply
    .status(status)
    .type('application/json')
    .send(body satisfies ErrorResponse);
}

/** Compares the role of the caller with the role of the route. A route without a declaration needs `admin`. */
class AccessGuard implements CanActivate {
  canActivate(context: ExecutionContext): true {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const access = accessOf(request);
    if (access?.kind === 'open') return true;
    const caller = callerOf(request);
    // the hook has refused such requests already
    if (caller === null) throw new KtrdrError('unauthenticated', 'This request needs an access token.');
    if (access?.kind !== 'scheme') requireRole(caller, access?.role ?? 'admin');
    return true;
  }
}

/** @throws KtrdrError `forbidden` if the caller does not have the role */
export function requireRole(caller: Caller, needed: Role): void {
  if (caller.role !== null && includesRole(caller.role, needed)) return;
  const has = caller.role === null ? 'has no role' : `has the role ${caller.role}`;
  throw new KtrdrError(
    'forbidden',
    `This request needs a token with the role ${needed}; the token ${caller.name} ${has}. An admin can create one: ktrdr token create --role ${needed} --name NAME`,
    { details: { role: needed } },
  );
}

/** True if the caller of the request may read. */
export function mayRead(request: FastifyRequest): boolean {
  const role = callerOf(request)?.role;
  return role !== undefined && role !== null;
}
