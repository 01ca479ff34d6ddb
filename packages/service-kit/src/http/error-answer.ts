import { HttpException } from '@nestjs/common';
import { KtrdrError, redact, shown, type ErrorCode, type ErrorResponse } from '@ktrdr/contracts';
import type { FastifyRequest } from 'fastify';
import { BODY_LIMIT } from './body-parser.js';

/** The parts of a request that appear in an error response. */
type AnsweredRequest = Pick<FastifyRequest, 'method' | 'url' | 'headers'> & {
  routeOptions?: Pick<FastifyRequest['routeOptions'], 'bodyLimit'>;
};

/** Status and body of an error response. */
export interface ErrorAnswer {
  status: number;
  body: ErrorResponse;
}

/** Converts an error into the status and body of the response. */
export function errorAnswer(error: unknown, request: AnsweredRequest): ErrorAnswer {
  if (error instanceof KtrdrError) {
    return { status: error.httpStatus, body: { success: false, error: error.toBody() } };
  }
  const status = statusOf(error);
  if (status === null) return { status: 500, body: { success: false, error: INTERNAL.toBody() } };
  const [code, message] = explain(status, error, request);
  return { status, body: { success: false, error: { code, message: redact(message) } } };
}

/** Contains no details: they are only in the log. */
const INTERNAL = new KtrdrError(
  'internal_error',
  "The service failed unexpectedly. See the service's log for details.",
);

/** Status of an error caused by the request; `null` for a failure of the service. */
function statusOf(error: unknown): number | null {
  const status =
    error instanceof HttpException
      ? error.getStatus()
      : (error as { statusCode?: unknown } | null)?.statusCode;
  if (typeof status !== 'number' || status < 400 || status >= 500) return null;
  // the file server's status for a path outside its folder; for clients, nothing exists there
  return status === 403 ? 404 : status;
}

function explain(
  status: number,
  error: unknown,
  { method, url, headers, routeOptions }: AnsweredRequest,
): [ErrorCode, string] {
  switch (status) {
    case 404:
      return ['not_found', `There is no route ${method} ${pathOf(url)}. See /openapi.json for all routes.`];
    case 413:
      return [
        'payload_too_large',
        `The body is too large: at most ${(routeOptions?.bodyLimit ?? BODY_LIMIT).toLocaleString('en-US')} bytes are allowed.`,
      ];
    case 415:
      return [
        'unsupported_media_type',
        `Send the body as content-type: application/json${headers['content-type'] === undefined ? '' : `, not ${shown(headers['content-type'])}`}.`,
      ];
    default:
      return ['invalid_request', error instanceof Error ? error.message : 'The request is not valid.'];
  }
}

/** Path of a URL, cut to a readable length. */
export function pathOf(url: string): string {
  const path = url.split('?', 1)[0] ?? url;
  return path.length > 200 ? `${path.slice(0, 200)}…` : path;
}
