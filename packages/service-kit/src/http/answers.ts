import type { ErrorCode, WireTypes } from '@ktrdr/contracts';
import { applyDecorators } from '@nestjs/common';
import { ApiExtension, ApiProduces, ApiResponse } from '@nestjs/swagger';
import { referenceTo } from './contract-schemas.js';
import type { WrittenJson } from './written-json.js';
import { PlainAnswer } from './success-envelope.js';

type Answered<T> = T | WrittenJson<T>;

/** Decorates a handler that returns `T`; any other handler does not compile. */
type HandlerOf<T> = <M extends (...args: never[]) => Answered<T> | Promise<Answered<T>>>(
  target: object,
  key: string | symbol,
  descriptor: TypedPropertyDescriptor<M>,
) => void;

/** The response is `{ success: true, data }`, where `data` has this wire type. */
export function Answers<N extends keyof WireTypes>(name: N): HandlerOf<WireTypes[N]> {
  return ApiResponse({ status: 200, description: 'Success.', schema: envelope(referenceTo(name)) });
}

/** The handler sends `{ success: true, data }` itself, as JSON. */
export const AnswersJson = (name: keyof WireTypes): HandlerOf<void> =>
  ApiResponse({ status: 200, description: 'Success.', schema: envelope(referenceTo(name)) });

/** The response is `{ success: true, data: null }`. */
export const AnswersNothing = (): HandlerOf<null> =>
  ApiResponse({ status: 200, description: 'Success.', schema: envelope({ type: 'null' }) });

/** The response is this wire type, without the envelope. */
export function AnswersPlain<N extends keyof WireTypes>(
  name: N,
  statuses: Readonly<Record<number, string>>,
): HandlerOf<WireTypes[N]> {
  const responses = Object.entries(statuses).map(([status, description]) =>
    ApiResponse({ status: Number(status), description, schema: referenceTo(name) }),
  );
  return applyDecorators(PlainAnswer(), ...responses);
}

/** The response is binary. */
export const AnswersBytes = (description: string, ...otherTypes: string[]): MethodDecorator =>
  applyDecorators(
    ApiProduces('application/octet-stream', ...otherTypes),
    ApiResponse({ status: 200, description, schema: { type: 'string', format: 'binary' } }),
  );

/** The response is a stream of server-sent events. The `data:` of each is this wire type as JSON. */
export const AnswersEvents = (name: keyof WireTypes, description: string): MethodDecorator =>
  applyDecorators(
    ApiProduces('text/event-stream'),
    ApiResponse({ status: 200, description, schema: referenceTo(name) }),
  );

/** OpenAPI extension that passes the error codes to `describeApi`, which removes it. */
export const ERROR_CODES = 'x-error-codes';

/** Documents error codes of the handler, in addition to those of every route. */
export const Fails = (...codes: ErrorCode[]): MethodDecorator => ApiExtension(ERROR_CODES, codes);

function envelope(data: object) {
  return {
    type: 'object',
    required: ['success', 'data'],
    properties: { success: { type: 'boolean', const: true }, data },
  };
}
