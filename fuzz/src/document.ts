import fc, { type Arbitrary } from 'fast-check';
import { FromSchema, type KnownValues, type Schema } from './from-schema.js';
import { mutated } from './mutate.js';
import type { SentRequest } from './http.js';
import { TEXTS } from './traps.js';

interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  schema?: Schema;
}

interface Operation {
  operationId: string;
  description?: string;
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema?: Schema }> };
}

/** The parts of an OpenAPI document that requests come from. */
export interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

const JSON_TYPE = 'application/json';

const contentType = (): Arbitrary<string> =>
  fc.oneof(
    { weight: 20, arbitrary: fc.constant(JSON_TYPE) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        'application/json; charset=utf-16',
        'APPLICATION/JSON',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'text/plain',
        'application/octet-stream',
        'application/json, text/html',
        '',
      ),
    },
  );

/** A route of a document, and requests to it. */
interface Route {
  /** Has its role. */
  description: string;
  requests: Arbitrary<SentRequest>;
}

/** Every route of a document. */
export function routesOf(
  { paths, components }: Document,
  known: KnownValues,
  skipped: readonly string[],
): Route[] {
  const from = new FromSchema(components.schemas, known);
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const wanted = operations.filter(({ operation }) => !skipped.includes(operation.operationId));
  return wanted.map(({ path, method, operation }) => ({
    description: operation.description ?? '',
    requests: requestOf(from, path, method, operation),
  }));
}

function requestOf(
  from: FromSchema,
  path: string,
  method: string,
  operation: Operation,
): Arbitrary<SentRequest> {
  const { parameters = [], requestBody } = operation;
  const inPath = parameters.filter((parameter) => parameter.in === 'path');
  const inQuery = parameters.filter((parameter) => parameter.in === 'query');
  const schema = requestBody?.content[JSON_TYPE]?.schema;
  return fc
    .record({
      path: fc.record(Object.fromEntries(inPath.map((parameter) => [parameter.name, text(from, parameter)]))),
      query: queryOf(from, inQuery),
      body: schema === undefined ? anyBody() : jsonBody(mutated(from.valid(schema))),
      type: contentType(),
    })
    .map((made) => {
      const target = path.replaceAll(
        /\{(\w+)\}/g,
        (_, name: string) => encoded(String(made.path[name])) || '%20',
      );
      const body = method === 'GET' ? null : made.body;
      const headers: Record<string, string> = body === null ? {} : { 'content-type': made.type };
      return { method, path: `${target}${made.query}`, headers, body };
    });
}

function text(from: FromSchema, { schema = {}, name }: Parameter): Arbitrary<string> {
  return fc.oneof(
    { weight: 6, arbitrary: from.valid(schema, name).map(String) },
    { weight: 3, arbitrary: fc.constantFrom(...TEXTS) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }) },
  );
}

/** Valid, wrong, unknown, empty and repeated parameters. */
function queryOf(from: FromSchema, parameters: readonly Parameter[]): Arbitrary<string> {
  const pairs = parameters.map((parameter) =>
    fc.tuple(fc.constant(parameter.name), fc.oneof(text(from, parameter), fc.constant(''))),
  );
  const odd = fc.tuple(
    fc.constantFrom('x', '__proto__', 'limit[]', 'limit', 'constructor', 'a[b][c]'),
    fc.constantFrom(...TEXTS),
  );
  const all = fc.tuple(
    fc.array(pairs.length === 0 ? odd : fc.oneof(...pairs), { maxLength: pairs.length === 0 ? 1 : 4 }),
    fc.oneof(
      { weight: 9, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(odd, { maxLength: 2 }) },
    ),
  );
  return all.map(([own, more]) => {
    const written = [...own, ...more].map(([name, value]) => `${encoded(name)}=${encoded(value)}`);
    return written.length === 0 ? '' : `?${written.join('&')}`;
  });
}

/** Lone surrogates become a broken sequence, as a client could send it. */
function encoded(value: string): string {
  try {
    return encodeURIComponent(value);
  } catch {
    return '%ED%A0%80';
  }
}

function jsonBody(values: Arbitrary<unknown>): Arbitrary<string | Buffer | null> {
  const written = values.map((value) => JSON.stringify(value) ?? '');
  return fc.oneof(
    { weight: 12, arbitrary: written },
    { weight: 2, arbitrary: damaged(written) },
    { weight: 1, arbitrary: anyBody() },
  );
}

/** A text with pieces cut out and others put in. */
export function damaged(texts: Arbitrary<string>): Arbitrary<string> {
  const piece = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    '"',
    ',',
    ':',
    '\\',
    '\\u0000',
    '1e999',
    '"__proto__":{"a":1},',
    '\0',
    '﻿',
  );
  return fc
    .tuple(
      texts,
      fc.array(fc.record({ at: fc.nat(), cut: fc.nat(20), piece }), { minLength: 1, maxLength: 3 }),
    )
    .map(([whole, changes]) =>
      changes.reduce((now, { at, cut, piece: put }) => {
        const start = at % (now.length + 1);
        return now.slice(0, start) + put + now.slice(start + cut);
      }, whole),
    );
}

function anyBody(): Arbitrary<string | Buffer | null> {
  return fc.oneof(
    fc.constantFrom(null, '', '{}', '[]', 'null', '"x"', '{"a":1}', `{"a":${'['.repeat(3_000)}`),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  );
}
