import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Started } from '@ktrdr/contracts/testing';
import { Sandbox } from '@ktrdr/service-kit/testing';
import { ROUTES, type RouteName } from '../src/api/routes.js';

/** Compares the routes that the page uses with the document of a real API. */

/** A route as both sides describe it. */
interface ComparedRoute {
  method: string;
  path: string;
  /** Names of the query's parameters, with `?` if it can be left out. */
  query: string[];
  /** Name of the wire type, `bytes`, or `null`. */
  body: string | null;
  answer: string;
}

interface Content {
  content?: Record<string, { schema: { $ref?: string; properties?: { data: { $ref?: string } } } }>;
}

interface DocumentedOperation {
  operationId: string;
  parameters?: { name: string; in: string; required: boolean }[];
  requestBody?: Content;
  responses: Record<string, Content>;
}

interface WireSchema {
  properties?: Record<string, unknown>;
  required?: string[];
}

const SCHEMAS = JSON.parse(
  readFileSync(createRequire(import.meta.url).resolve('@ktrdr/contracts/schemas.json'), 'utf8'),
) as Record<string, WireSchema>;
const NAMES = Object.keys(ROUTES) as RouteName[];
const started = new Started();
const documented = new Map<string, ComparedRoute>();

beforeAll(async () => {
  const sandbox = await started.start(
    () => Sandbox.create(),
    (created) => created.close(),
  );
  const { url } = await sandbox.startApi('api');
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, DocumentedOperation>>;
  };
  for (const [path, methods] of Object.entries(document.paths))
    for (const [method, operation] of Object.entries(methods))
      documented.set(operation.operationId, documentedRoute(path, method, operation));
});

afterAll(() => started.stop());

test.each(NAMES)('%s is a route of the API as the page uses it', (name) => {
  expect(documented.get(name)).toEqual(declaredRoute(name));
});

function documentedRoute(
  path: string,
  method: string,
  { parameters = [], requestBody, responses }: DocumentedOperation,
): ComparedRoute {
  return {
    method: method.toUpperCase(),
    path: path.replaceAll(/\{(\w+)\}/g, ':$1'),
    query: parameters
      .filter((parameter) => parameter.in === 'query')
      .map((parameter) => `${parameter.name}${parameter.required ? '' : '?'}`)
      .toSorted(),
    body: requestBody === undefined ? null : typeOf(requestBody),
    answer: typeOf(responses['200'] ?? {}, true),
  };
}

/** Name of the type of a body or an answer. */
function typeOf({ content = {} }: Content, isAnswer = false): string {
  // a route of files can also name the types of some of them
  if (Object.hasOwn(content, 'application/octet-stream')) return 'bytes';
  const json = content['application/json'];
  if (json === undefined) return 'unknown';
  const reference = isAnswer ? json.schema.properties?.data.$ref : json.schema.$ref;
  return reference?.split('/').at(-1) ?? 'nothing';
}

function declaredRoute(name: RouteName): ComparedRoute {
  const { method, path, answer, ...rest }: { method: string; path: string; answer: string } = ROUTES[name];
  const { query, body = null } = rest as { query?: string; body?: string };
  const { properties = {}, required = [] } = query === undefined ? {} : (SCHEMAS[query] ?? {});
  return {
    method,
    path,
    query: Object.keys(properties)
      .map((field) => (required.includes(field) ? field : `${field}?`))
      .toSorted(),
    body,
    answer,
  };
}
