import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import type { FastifyRequest } from 'fastify';
import { invalidRequest, unknownOption } from './validation.js';

/** Rejects query parameters of a route without a query, and options of a route without a body. */
@Injectable()
export class StrayOptionsGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { query, body } = context.switchToHttp().getRequest<FastifyRequest>();
    if (isEmpty(query) && isEmpty(body)) return true;
    const read = argumentsOf(context);
    const stray = [
      ...(read.has(RouteParamtypes.QUERY) ? [] : namesOf(query)),
      ...(read.has(RouteParamtypes.BODY) || read.has(RouteParamtypes.REQUEST) ? [] : namesOf(body)),
    ];
    if (stray.length === 0) return true;
    throw invalidRequest(stray.map((path) => ({ path, message: unknownOption(path) })));
  }
}

/** The parts of the request that a handler reads. Looked up once for each handler. */
const knownArguments = new WeakMap<object, ReadonlySet<number>>();

/** The parts of the request that the handler reads. Nest stores them as `4:0`: kind and index of an argument. */
function argumentsOf(context: ExecutionContext): ReadonlySet<number> {
  const handler = context.getHandler();
  const known = knownArguments.get(handler);
  if (known !== undefined) return known;
  const stored: unknown = Reflect.getMetadata(ROUTE_ARGS_METADATA, context.getClass(), handler.name);
  const read = new Set(Object.keys(stored ?? {}).map((key) => Number(key.split(':', 1)[0])));
  knownArguments.set(handler, read);
  return read;
}

function isEmpty(part: unknown): boolean {
  if (typeof part === 'object') for (const _ in part) return false;
  return true;
}

function namesOf(part: unknown): string[] {
  return typeof part === 'object' && part !== null ? Object.keys(part) : [];
}
