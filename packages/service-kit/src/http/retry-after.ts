import { KtrdrError } from '@ktrdr/contracts';
import type { FastifyReply } from 'fastify';

const AFTER_SECONDS = 1;

/** Every 429 and 503 says when to try again: `details.retry_after_seconds`, or one second. */
export function withRetryAfter(reply: FastifyReply, error: unknown, status: number): FastifyReply {
  if (status !== 429 && status !== 503) return reply;
  const details =
    error instanceof KtrdrError ? (error.details as { retry_after_seconds?: unknown } | undefined) : {};
  const seconds = details?.retry_after_seconds;
  return reply.header('retry-after', String(typeof seconds === 'number' ? seconds : AFTER_SECONDS));
}
