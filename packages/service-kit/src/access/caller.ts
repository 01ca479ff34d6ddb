import { LOCAL_CALLER, type Role } from '@ktrdr/contracts';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** Who sent a request. */
export interface Caller {
  /** Name for the audit log. */
  name: string;
  /** `null`: a caller without a role, such as a host that may only use the routes of its scheme. */
  role: Role | null;
  /** Id of the caller's token, if it has one. */
  tokenId: string | null;
}

/** The caller of every request while a service needs no token. */
export const LOCAL: Caller = { name: LOCAL_CALLER, role: 'admin', tokenId: null };

/** Property of a request that holds its caller. */
export const CALLER = 'ktrdrCaller';

type RequestWithCaller = FastifyRequest & { [CALLER]?: Caller | null };

/** Caller of a request; `null` if the request was refused, or needs no caller and has none. */
export function callerOf(request: FastifyRequest): Caller | null {
  return (request as RequestWithCaller)[CALLER] ?? null;
}

export function setCaller(request: FastifyRequest, caller: Caller): void {
  (request as RequestWithCaller)[CALLER] = caller;
}

/** Parameter of a handler: the `Caller`, or `null` on a route that is open to everyone. */
export const CallerParam = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  callerOf(context.switchToHttp().getRequest<FastifyRequest>()),
);
