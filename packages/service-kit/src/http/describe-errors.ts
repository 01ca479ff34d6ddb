import { ERROR_STATUS } from '@ktrdr/contracts';
import type { OpenAPIObject } from '@nestjs/swagger';

const SCHEMA = '#/components/schemas/ErrorResponse';

/** Adds to every operation of the document how it fails: one envelope, with a stable code. */
export function describeErrors(document: OpenAPIObject): OpenAPIObject {
  const components = { ...document.components };
  components.schemas = { ...components.schemas, ErrorResponse: errorResponse() };
  const paths = Object.fromEntries(
    Object.entries(document.paths).map(([path, methods]) => [
      path,
      Object.fromEntries(
        Object.entries(methods as Record<string, object>).map(([method, operation]) => [
          method,
          'responses' in operation ? { ...operation, responses: withErrors(operation.responses) } : operation,
        ]),
      ),
    ]),
  );
  return { ...document, components, paths };
}

function withErrors(responses: unknown): object {
  const failure = (description: string): object => ({
    description,
    content: { 'application/json': { schema: { $ref: SCHEMA } } },
  });
  return {
    ...(responses as object),
    '4XX': failure('The request is refused: error.code and error.message say why.'),
    '5XX': failure('The service, its disk or its training host failed.'),
  };
}

function errorResponse(): NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>[string] {
  return {
    type: 'object',
    required: ['success', 'error'],
    properties: {
      success: { type: 'boolean', enum: [false] },
      error: {
        type: 'object',
        required: ['code', 'message'],
        properties: {
          code: { type: 'string', enum: Object.keys(ERROR_STATUS) },
          message: { type: 'string', description: 'What is wrong and what to do, for people.' },
          details: { description: 'What helps programs to act.' },
        },
      },
    },
  };
}
