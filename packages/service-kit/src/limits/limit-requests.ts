import type { Clock } from '@ktrdr/orchestrator';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { callerOf } from '../access/caller.js';
import { isFileRoute } from '../access/route-access.js';
import { errorAnswer } from '../http/error-answer.js';
import { withRetryAfter } from '../http/retry-after.js';
import { TOKEN_LIMITS, type LimitSettings } from './limit-settings.js';
import { RequestBudgets } from './request-budgets.js';

const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** True for methods that change nothing. */
export function isRead(method: string): boolean {
  return READS.has(method);
}

/**
 * Limits the requests of each caller, before their bodies are read. Reads have a separate budget, so that they never
 * wait for starts. Register it after `guardAccess`, which finds the caller.
 */
export function limitRequests(
  fastify: FastifyInstance,
  { reads, changes }: Pick<LimitSettings, 'reads' | 'changes'>,
  clock: Clock,
): void {
  const budgets = {
    reads: new RequestBudgets(reads ?? TOKEN_LIMITS.reads, 'requests'),
    changes: new RequestBudgets(changes ?? TOKEN_LIMITS.changes, 'requests that change something'),
  };
  fastify.addHook('onRequest', (request, reply, done) => {
    if (isFileRoute(request)) return done();
    const kind = isRead(request.method) ? 'reads' : 'changes';
    const caller = limitedCaller(request, (kind === 'reads' ? reads : changes) !== null);
    const refusal = caller === null ? null : budgets[kind].refusalOf(caller, clock.monotonic());
    if (refusal === null) return done();
    const { status, body } = errorAnswer(refusal, request);
    void withRetryAfter(reply, refusal, status).status(status).type('application/json').send(body);
  });
}

/** A token's id, which no address looks like, else the address. A caller without a token has a budget only if the setting says so. */
function limitedCaller(request: FastifyRequest, always: boolean): string | null {
  const tokenId = callerOf(request)?.tokenId ?? null;
  return tokenId ?? (always ? request.ip : null);
}
