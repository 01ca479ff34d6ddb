import type { AuditAction, Role } from '@ktrdr/contracts';
import { applyDecorators, type Type } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { addRouteConfig, routeConfigOf } from '../http/route-config.js';
import type { Authenticator } from './authenticator.js';

/** Who may use a route. */
export type RouteAccess =
  | { kind: 'role'; role: Role }
  | { kind: 'open' }
  | { kind: 'scheme'; scheme: Type<Authenticator>; callers: string };

/** OpenAPI extension that passes a route's access to `describeApi`, which removes it. */
export const ACCESS = 'x-access';

/** Value of the extension. */
export interface DescribedAccess {
  access: RouteAccess;
  /** What the audit log records. */
  action?: AuditAction;
}

/** What the audit log records of a route. */
export interface Audited {
  action: AuditAction;
  /** What the request changed. Default: the operation, or else the address of the request. */
  target?: (data: unknown, request: FastifyRequest) => string | undefined;
}

/** The route needs a caller with this role. The audit log records the requests of a route that changes something. */
export const Requires = (role: Role, audited?: AuditAction | Audited): MethodDecorator =>
  declare({ kind: 'role', role }, typeof audited === 'string' ? { action: audited } : audited);

/** The route is open to everyone. Its answer must not tell strangers anything, and it takes a small body only. */
export const OpenToEveryone = (audited?: Audited): MethodDecorator => declare({ kind: 'open' }, audited);

/**
 * Another authenticator than the service's decides who may use the route. It must be a provider of the app, and it gets
 * the request with its route parameters. It decides what its callers may do too: their `role` does not matter here.
 *
 * @param callers who they are, for the OpenAPI document: `the host with the delivery's secret`
 */
export const AuthenticatedBy = (scheme: Type<Authenticator>, callers: string): MethodDecorator =>
  declare({ kind: 'scheme', scheme, callers });

/**
 * The access that the matched route declares; `null` for an unknown route and for `/openapi.json`, which needs any caller. It belongs to the route that Fastify has matched, so that no spelling of a path can change it.
 */
export function accessOf(request: FastifyRequest): RouteAccess | null {
  return knownConfigOf(request).access ?? null;
}

/** What the audit log records of the matched route, or `null`. */
export function auditedOf(request: FastifyRequest): Audited | null {
  return routeConfigOf<AccessConfig>(request).audited ?? null;
}

/**
 * Configuration of a route for a file of the service's page. It is open to everyone, and no budget counts its requests: one look at
 * the page takes a dozen, and a file from memory costs no more than a refusal.
 */
export const FILE_ROUTE: { access: RouteAccess; isFile: true } = { access: { kind: 'open' }, isFile: true };

/** True if the matched route is a `FILE_ROUTE`. */
export function isFileRoute(request: FastifyRequest): boolean {
  return knownConfigOf(request).isFile === true;
}

interface AccessConfig {
  access?: RouteAccess;
  audited?: Audited;
  isFile?: true;
}

/** Property of a request that holds the configuration of its route: Fastify collects it anew for each look. */
export const ACCESS_CONFIG = Symbol('access');

function knownConfigOf(request: FastifyRequest & { [ACCESS_CONFIG]?: AccessConfig | null }): AccessConfig {
  return (request[ACCESS_CONFIG] ??= routeConfigOf<AccessConfig>(request));
}

function declare(access: RouteAccess, audited?: Audited): MethodDecorator {
  return applyDecorators(
    addRouteConfig({ access, audited } satisfies AccessConfig),
    ApiExtension(ACCESS, { access, action: audited?.action } satisfies DescribedAccess),
  );
}
