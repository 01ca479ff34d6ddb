import { redact, type AuditAction, type ErrorResponse, type SuccessResponse } from '@ktrdr/contracts';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerOf, type Caller } from './caller.js';
import { auditedOf } from './route-access.js';

/** A request that the audit log records. */
export interface AuditEvent {
  /** `null`: the caller is not known. */
  caller: Caller | null;
  action: AuditAction;
  target: string;
  /** Where the request came from, behind trusted proxies too. */
  address: string;
  /** HTTP status of the answer. */
  status: number;
  /** Error code of the answer, or `null`. */
  code: string | null;
}

/** Stores what callers did. */
export interface AuditSink {
  /** Resolves when the event is stored, or has been reported as lost. Never rejects. `null`: there is nothing to wait for. */
  record(event: AuditEvent): Promise<void> | null;
}

/** Injection token of the `AuditSink`. A service without one keeps no audit log. */
export const AUDIT_SINK = Symbol('AUDIT_SINK');

/** Property of a request that holds its address, read when it arrives: after its client has disconnected, a request has none. */
const ADDRESS = Symbol('address');

type RequestWithAddress = FastifyRequest & { [ADDRESS]?: string | null };

/** Maximum length of a target, in characters. */
const MAX_TARGET_LENGTH = 200;

/**
 * Records the answer of every audited route, and every refusal of a caller (401, 403) on any route. The answer is sent
 * after its event is stored. Call it before the hooks that refuse requests.
 */
export function recordAudit(app: NestFastifyApplication): void {
  const sink = findSink(app);
  if (sink === null) return;
  const fastify = app.getHttpAdapter().getInstance();
  fastify.decorateRequest(ADDRESS, null);
  fastify.addHook('onRequest', (request: RequestWithAddress, _reply, done) => {
    request[ADDRESS] = request.ip;
    done();
  });
  fastify.addHook('preSerialization', (request, reply, payload, done) => {
    const event = eventOf(request, reply, payload);
    const stored = event === null ? null : sink.record(event);
    if (stored === null) done(null, payload);
    else void stored.then(() => done(null, payload));
  });
}

function findSink(app: NestFastifyApplication): AuditSink | null {
  try {
    return app.get<AuditSink>(AUDIT_SINK, { strict: false });
  } catch {
    // the service does not provide one
    return null;
  }
}

type Payload = Partial<SuccessResponse<unknown> & Pick<ErrorResponse, 'error'>> | null;

function eventOf(request: FastifyRequest, reply: FastifyReply, payload: unknown): AuditEvent | null {
  const status = reply.statusCode;
  const audited = auditedOf(request);
  const isRefused = status === 401 || status === 403;
  if (audited === null && !isRefused) return null;
  const { data, error } = (payload ?? {}) as NonNullable<Payload>;
  return {
    caller: callerOf(request),
    action: audited?.action ?? 'access',
    target: printed(
      isRefused
        ? `${request.method} ${request.url.split('?', 1)[0]}`
        : (audited?.target?.(data, request) ?? defaultTarget(data, request)),
    ),
    // a connection that was reset before its request was read has no address
    address: (request as RequestWithAddress)[ADDRESS] ?? 'unknown',
    status,
    code: error?.code ?? null,
  };
}

/** The operation, or else the address of the request. */
function defaultTarget(data: unknown, { params, url }: FastifyRequest): string {
  const started = (data as { operation_id?: unknown } | null | undefined)?.operation_id;
  if (typeof started === 'string') return started;
  return (params as { id?: string } | null)?.id ?? url;
}

/** Cut to a readable length, without control characters and secrets. */
function printed(text: string): string {
  const target = redact(text);
  const cut = target.length > MAX_TARGET_LENGTH ? `${target.slice(0, MAX_TARGET_LENGTH)}…` : target;
  return cut.replaceAll(/\p{C}/gu, '\uFFFD');
}
