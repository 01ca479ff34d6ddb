import { ERROR_STATUS, type ErrorCode } from '@ktrdr/contracts';
import type { OpenAPIObject } from '@nestjs/swagger';
import { ACCESS, type DescribedAccess, type RouteAccess } from '../access/route-access.js';
import { ERROR_CODES } from './answers.js';
import { MAX_PARAMETER_LENGTH } from './early-errors.js';
import { referenceTo, withReferredSchemas, type Schema } from './contract-schemas.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

/** OpenAPI 3.1 has `identifier`; Nest's type does not have it yet. */
const LICENSE: { name: string; identifier: string } = { name: 'MIT', identifier: 'MIT' };

/** Errors of every route: a malformed request, a host that is not allowed, an unexpected failure. */
const ALWAYS: readonly ErrorCode[] = [
  'invalid_request',
  'host_not_allowed',
  'too_many_requests',
  'service_busy',
  'internal_error',
];
/** Errors of every route that needs a caller. */
const AUTHENTICATED: readonly ErrorCode[] = ['unauthenticated', 'forbidden'];
const CHANGING: readonly ErrorCode[] = [
  'origin_not_allowed',
  'request_timeout',
  'payload_too_large',
  'unsupported_media_type',
];

/** How a request proves who sent it. */
const TOKEN = {
  type: 'http',
  scheme: 'bearer',
  description: 'An access token. While the service has none and listens on loopback, requests need no token.',
} as const;

/** Completes Nest's document: adds the errors of each operation and the schemas of the wire types it refers to. */
export function describeApi(document: OpenAPIObject): OpenAPIObject {
  const bodies = bodySchemas(document);
  const paths = Object.fromEntries(
    Object.entries(document.paths).map(([path, item]) => [
      path,
      Object.fromEntries(
        Object.entries(item as Record<string, Operation>).map(([method, operation]) => [
          method,
          withErrors(method, withAccess(withBody(operation, bodies))),
        ]),
      ),
    ]),
  );
  return {
    ...document,
    openapi: '3.1.0',
    info: { ...document.info, license: LICENSE },
    // relative, so that the document is valid at every address of the service
    servers: [{ url: '/', description: 'The service that serves this document.' }],
    components: {
      ...document.components,
      securitySchemes: { token: TOKEN },
      schemas: withReferredSchemas(paths, bodies),
    },
    paths,
  };
}

/** The schemas that Nest generates from body classes. Unknown fields are not allowed. */
function bodySchemas({ components }: OpenAPIObject): Record<string, Schema> {
  return Object.fromEntries(
    Object.entries(components?.schemas ?? {}).map(([name, schema]) => [
      name,
      { ...(schema as Schema), additionalProperties: false },
    ]),
  );
}

/** Marks a body without required fields as optional. */
function withBody(operation: Operation, bodies: Readonly<Record<string, Schema>>): Operation {
  const { requestBody } = operation;
  if (requestBody === undefined || '$ref' in requestBody) return operation;
  const schema = requestBody.content['application/json']?.schema;
  const body =
    schema !== undefined && '$ref' in schema ? bodies[schema.$ref.split('/').at(-1) ?? ''] : undefined;
  if (body === undefined) return operation;
  return { ...operation, requestBody: { ...requestBody, required: (body.required ?? []).length > 0 } };
}

/** Says who may use the route, and what the audit log records. */
function withAccess(operation: Operation & { [ACCESS]?: DescribedAccess }): Operation {
  const { [ACCESS]: declared, ...described } = operation;
  const needs = needsOf(declared?.access);
  const recorded =
    declared?.action === undefined ? undefined : `The audit log records it as \`${declared.action}\`.`;
  const description = [operation.description, needs, recorded].filter(
    (text) => text !== undefined && text !== '',
  );
  const isOpen = declared?.access.kind === 'open';
  return { ...described, description: description.join('\n\n'), security: isOpen ? [] : [{ token: [] }] };
}

function needsOf(access: RouteAccess | undefined): string {
  switch (access?.kind) {
    case 'open':
      return 'Open to everyone.';
    case 'scheme':
      return `Only for ${access.callers}.`;
    case 'role':
      return `Role: \`${access.role}\`.`;
    case undefined:
      return 'Role: `admin`, because the route declares none.';
  }
}

function withErrors(method: string, operation: Operation & { [ERROR_CODES]?: ErrorCode[] }): Operation {
  const { [ERROR_CODES]: own = [], ...described } = operation;
  const isOpen = operation.security?.length === 0;
  const codes = new Set([
    ...ALWAYS,
    ...(isOpen ? [] : AUTHENTICATED),
    ...(method === 'get' ? [] : CHANGING),
    ...own,
  ]);
  const responses = { ...described.responses };
  for (const [status, names] of byStatus(codes)) {
    // the route documents this status itself, as `/health` does
    if (status in responses) continue;
    responses[status] = {
      description: names.map((code) => `\`${code}\``).join(', '),
      content: { 'application/json': { schema: referenceTo('ErrorResponse') } },
    };
  }
  return { ...described, parameters: described.parameters?.map(bounded), responses };
}

/** The router limits path parameters without a pattern, and no parameter may be empty. */
function bounded(parameter: NonNullable<Operation['parameters']>[number]): typeof parameter {
  if ('$ref' in parameter) return parameter;
  const { schema } = parameter;
  if (schema === undefined || '$ref' in schema || schema.type !== 'string') return parameter;
  if ('pattern' in schema || 'enum' in schema) return parameter;
  return { ...parameter, schema: { minLength: 1, maxLength: MAX_PARAMETER_LENGTH, ...schema } };
}

function byStatus(codes: Iterable<ErrorCode>): Map<string, ErrorCode[]> {
  const statuses = new Map<string, ErrorCode[]>();
  for (const code of codes) {
    const status = String(ERROR_STATUS[code]);
    statuses.set(status, [...(statuses.get(status) ?? []), code]);
  }
  return new Map([...statuses].toSorted(([a], [b]) => Number(a) - Number(b)));
}
