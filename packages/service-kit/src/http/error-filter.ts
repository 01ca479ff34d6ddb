import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { isOutage } from '@ktrdr/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorAnswer, pathOf } from './error-answer.js';
import { withRetryAfter } from './retry-after.js';

/**
 * Turns every error into the error envelope. Stacks and causes go to the log, never into a response. Outages of the
 * store or the queue are not logged here, because they are logged when they begin.
 */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('Errors');

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const { status, body } = errorAnswer(error, request);
    if (status >= 500 && !isOutage(error)) this.log(error, request);
    // a response that has begun cannot be replaced
    if (reply.sent || reply.raw.headersSent) reply.raw.destroy();
    else void withRetryAfter(reply, error, status).status(status).type('application/json').send(body);
  }

  private log(error: unknown, { method, url }: FastifyRequest): void {
    this.logger.error(`${method} ${pathOf(url)} failed`, { error });
  }
}
