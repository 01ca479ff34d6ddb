import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { errorBodyOf } from '@ktrdr/orchestrator';
import { KtrdrError, type ErrorCode, type ErrorResponse } from '@ktrdr/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BODY_LIMIT } from './body-parser.js';

/** Every error becomes the error envelope. Stacks and causes go to the log, never into an answer. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('Errors');

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const { status, body } = answerOf(error, request);
    if (status >= 500) this.log(error, request);
    // an answer that has begun cannot become another one
    if (reply.sent || reply.raw.headersSent) reply.raw.destroy();
    else void reply.status(status).type('application/json').send(body);
  }

  private log(error: unknown, { method, url }: FastifyRequest): void {
    this.logger.error(`${method} ${url} failed`, { error });
  }
}

interface Answer {
  status: number;
  body: ErrorResponse;
}

function answerOf(error: unknown, request: FastifyRequest): Answer {
  if (error instanceof KtrdrError) {
    return { status: error.httpStatus, body: { success: false, error: error.toBody() } };
  }
  const status = statusOf(error);
  if (status === null) return { status: 500, body: { success: false, error: errorBodyOf(INTERNAL) } };
  const [code, message] = explain(status, error, request);
  return { status, body: { success: false, error: { code, message } } };
}

/** Says nothing of what happened: that is in the log. */
const INTERNAL = new KtrdrError(
  'internal_error',
  "Something went wrong inside the service. The service's log has the details.",
);

/** Status of an error that the framework made of a request; `null` for anything that is a fault of the service. */
function statusOf(error: unknown): number | null {
  const status =
    error instanceof HttpException
      ? error.getStatus()
      : (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : null;
}

function explain(
  status: number,
  error: unknown,
  { method, url, headers }: FastifyRequest,
): [ErrorCode, string] {
  switch (status) {
    case 404:
      return ['not_found', `There is no ${method} ${pathOf(url)} here. /docs shows what there is.`];
    case 413:
      return [
        'payload_too_large',
        `The body is too large: at most ${BODY_LIMIT.toLocaleString('en-US')} bytes are read.`,
      ];
    case 415:
      return [
        'unsupported_media_type',
        `Send the body as content-type: application/json${headers['content-type'] === undefined ? '' : `, not ${headers['content-type']}`}.`,
      ];
    default:
      return ['invalid_request', error instanceof Error ? error.message : 'The request is not valid.'];
  }
}

function pathOf(url: string): string {
  const path = url.split('?', 1)[0] ?? url;
  return path.length > 200 ? `${path.slice(0, 200)}…` : path;
}
