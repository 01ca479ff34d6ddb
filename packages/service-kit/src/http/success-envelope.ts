import { SetMetadata, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { SuccessResponse } from '@ktrdr/contracts';
import { map, type Observable } from 'rxjs';

const PLAIN_ANSWER = 'ktrdr:plain-answer';

/** The response goes out without the envelope, because another program defines its format. */
export const PlainAnswer = (): MethodDecorator => SetMetadata(PLAIN_ANSWER, true);

/** Wraps responses in `{ success: true, data }`. */
export class SuccessEnvelope implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (this.reflector.get<boolean | undefined>(PLAIN_ANSWER, context.getHandler())) return next.handle();
    return next
      .handle()
      .pipe(map((data: unknown) => ({ success: true, data }) satisfies SuccessResponse<unknown>));
  }
}
