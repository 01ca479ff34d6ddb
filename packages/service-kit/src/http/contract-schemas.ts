import { createRequire } from 'node:module';
import type { OpenAPIObject } from '@nestjs/swagger';

/** A JSON schema in an OpenAPI document. */
export type Schema = Exclude<
  NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>[string],
  { $ref: string }
> & { $ref?: string };

let loaded: Record<string, Schema> | undefined;

/** The schemas of all wire types by name, as OpenAPI components. The build of `@ktrdr/contracts` generates them. */
export function contractSchemas(): Record<string, Schema> {
  loaded ??= read();
  return loaded;
}

/** Schema of one wire type. @throws Error if the contracts do not have this type */
export function contractSchema(name: string): Schema {
  const schema = contractSchemas()[name];
  if (schema === undefined)
    throw new Error(
      `@ktrdr/contracts has no schema for ${name}. Add the type to WireTypes and build the package.`,
    );
  return schema;
}

/** Reference to a schema: `{ $ref: '#/components/schemas/Operation' }`. */
export function referenceTo(name: string): { $ref: string } {
  return { $ref: PREFIX + name };
}

/** Adds to `schemas` every contract schema that `value` or `schemas` refer to, directly or indirectly. */
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
  const text = JSON.stringify(definitions).replaceAll('#/definitions/', PREFIX);
  return JSON.parse(text, (_key, value: unknown) => tupleOf(value)) as Record<string, Schema>;
}

/** A tuple as OpenAPI 3.1 writes it: the generated schemas are JSON Schema draft 7, where the name of `prefixItems` is `items`. */
function tupleOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('items' in value) || !Array.isArray(value.items))
    return value;
  const { items, ...schema } = value;
  return { ...schema, prefixItems: items };
}
