import { createRequire } from 'node:module';
import type { OpenAPIObject } from '@nestjs/swagger';

export type Schema = Exclude<
  NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>[string],
  { $ref: string }
> & { $ref?: string };

let loaded: Record<string, Schema> | undefined;

/** Schemas of the wire types by name, as OpenAPI components. The build of `@ktrdr/contracts` generates them. */
export function contractSchemas(): Record<string, Schema> {
  loaded ??= read();
  return loaded;
}

/** @throws Error if the contracts have no such type */
export function contractSchema(name: string): Schema {
  const schema = contractSchemas()[name];
  if (schema === undefined) throw new Error(`@ktrdr/contracts has no schema of ${name}.`);
  return schema;
}

/** `#/components/schemas/Operation` -> `Operation`. */
export function referenceTo(name: string): { $ref: string } {
  return { $ref: PREFIX + name };
}

/** Adds to `schemas` all contract schemas that `value` or `schemas` refer to, directly or indirectly. */
export function withReferredSchemas(
  value: unknown,
  schemas: Readonly<Record<string, Schema>>,
): Record<string, Schema> {
  const all = { ...schemas };
  const waiting = [value, ...Object.values(schemas)];
  for (const next of waiting) {
    for (const [, name = ''] of JSON.stringify(next).matchAll(REFERENCE)) {
      if (name in all) continue;
      const schema = contractSchema(name);
      all[name] = schema;
      waiting.push(schema);
    }
  }
  return all;
}

const PREFIX = '#/components/schemas/';
const REFERENCE = /"\$ref":"#\/components\/schemas\/([^"]+)"/g;

function read(): Record<string, Schema> {
  const definitions = createRequire(import.meta.url)('@ktrdr/contracts/schemas.json') as object;
  return JSON.parse(JSON.stringify(definitions).replaceAll('#/definitions/', PREFIX)) as Record<
    string,
    Schema
  >;
}
