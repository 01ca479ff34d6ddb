import { KtrdrError } from '@ktrdr/contracts';
import { Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Clock } from '@ktrdr/orchestrator';
import { CLOCK } from '../orchestrator.module.js';
import { LOCAL, type Caller } from './caller.js';
import { RefusedTokens } from './refused-tokens.js';

/**
 * Decides who sent a request, before its body is read. A service has one for all routes; `@AuthenticatedBy` names
 * another one for a route, as a provider class.
 */
export interface Authenticator {
  /**
   * Decides by the headers, the route's parameters and the address. Called for every request, so it must not wait for a
   * database each time.
   *
   * @throws KtrdrError `unauthenticated` if the request does not prove who sent it
   */
  authenticate(request: FastifyRequest): Caller | Promise<Caller>;
}

/** Injection token of the service's `Authenticator`. */
export const AUTHENTICATOR = Symbol('AUTHENTICATOR');

/** Provides the service's `Authenticator`. A service without it does not start. */
@Module({})
export class AccessModule {
  static forRoot({
    imports = [],
    ...factory
  }: Pick<FactoryProvider<Authenticator>, 'inject' | 'useFactory'> &
    Pick<DynamicModule, 'imports'>): DynamicModule {
    return {
      module: AccessModule,
      global: true,
      imports,
      providers: [
        { provide: AUTHENTICATOR, ...factory },
        { provide: RefusedTokens, inject: [CLOCK], useFactory: (clock: Clock) => new RefusedTokens(clock) },
      ],
      exports: [AUTHENTICATOR, RefusedTokens],
    };
  }

  /** Every caller may do everything: only for a service that listens on loopback. */
  static open(): DynamicModule {
    return AccessModule.forRoot({ useFactory: () => ({ authenticate: localCaller }) });
  }
}

/** Headers that proxies add. */
const PROXY_HEADERS = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'via',
];
/** Our gateway adds the others itself, and this one if a request came to it through another proxy (docker/Caddyfile). */
const HEADERS_BEFORE_GATEWAY = ['forwarded'];

/**
 * The caller of a request that needs no proof, because only this machine reaches the service.
 *
 * @throws KtrdrError `unauthenticated` if a proxy has passed the request on: the proxy may stand open to everyone
 */
export function localCaller({ headers, ips = [] }: Pick<FastifyRequest, 'headers' | 'ips'>): Caller {
  const throughGateway = ips.length > 1;
  const header = (throughGateway ? HEADERS_BEFORE_GATEWAY : PROXY_HEADERS).find(
    (name) => headers[name] !== undefined,
  );
  if (header === undefined) return LOCAL;
  throw unauthenticated(
    `The header ${header} says that a proxy has passed this request on, so it may come from another machine. Behind a proxy the service needs a token or secret, and TRUSTED_PROXIES (docs/network.md).`,
  );
}

/** Maximum length of a secret in a request, in characters. */
const MAX_SECRET_LENGTH = 512;

const AUTHORIZATION = 'authorization';
const BEARER = /^bearer +([A-Za-z0-9._~+/-]+=*) *$/i;

/**
 * The Authorization header; `null` if the request has none.
 *
 * @throws KtrdrError `unauthenticated` if it is sent more than once
 */
export function authorizationOf({ headers, raw }: Pick<FastifyRequest, 'headers' | 'raw'>): string | null {
  const { authorization } = headers;
  if (authorization === undefined) return null;
  // Node keeps the first of several; a proxy may have checked another one
  const { rawHeaders } = raw;
  let sent = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    // the length first: most names need no copy in lower case
    const name = rawHeaders[at]!;
    if (name.length === AUTHORIZATION.length && name.toLowerCase() === AUTHORIZATION) sent += 1;
  }
  if (sent > 1) throw unauthenticated('The request has more than one Authorization header. Send one.');
  return authorization;
}

/** The secret of `Authorization: Bearer <secret>`. @throws KtrdrError `unauthenticated` if the header is malformed */
export function secretOf(authorization: string): string {
  // the length is checked first, so that the pattern never sees a long text
  const secret = authorization.length > MAX_SECRET_LENGTH ? undefined : BEARER.exec(authorization)?.[1];
  if (secret === undefined)
    throw unauthenticated('The Authorization header must be: Bearer, a space, and the token.');
  return secret;
}

/** The secret of a request; `null` if it has no Authorization header. @throws KtrdrError `unauthenticated` */
export function bearerOf(request: Pick<FastifyRequest, 'headers' | 'raw'>): string | null {
  const authorization = authorizationOf(request);
  return authorization === null ? null : secretOf(authorization);
}

export function unauthenticated(message: string): KtrdrError {
  return new KtrdrError('unauthenticated', message);
}
