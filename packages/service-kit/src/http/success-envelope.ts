import { SetMetadata, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { SuccessResponse } from '@ktrdr/contracts';
import type { FastifyReply } from 'fastify';
import { map, type Observable } from 'rxjs';
import { WrittenJson } from './written-json.js';

const PLAIN_ANSWER = 'ktrdr:plain-answer';

/** The response goes out without the envelope, because another program defines its format. */
export const PlainAnswer = (): MethodDecorator => SetMetadata(PLAIN_ANSWER, true);

const JSON_TYPE = 'application/json; charset=utf-8';

/** Wraps responses in `{ success: true, data }`. */
export class SuccessEnvelope implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (this.reflector.get<boolean | undefined>(PLAIN_ANSWER, context.getHandler())) return next.handle();
    return next.handle().pipe(
      map((data: unknown) => {
        if (!(data instanceof WrittenJson)) return { success: true, data } satisfies SuccessResponse<unknown>;
        context.switchToHttp().getResponse<FastifyReply>().type(JSON_TYPE);
        return `{"success":true,"data":${data.text}}`;
      }),
    );
  }
}
