import type { WireTypes } from '@ktrdr/contracts';
import { ApiProperty, ApiSchema, type ApiPropertyOptions } from '@nestjs/swagger';
import { getMetadataStorage } from 'class-validator';
import { contractSchema, contractSchemas, type Schema } from './contract-schemas.js';

/** A class that has exactly the fields of `T`, including the optional ones. */
type ClassOf<T, C> = C extends new () => infer Fields
  ? [keyof T, keyof Fields] extends [keyof Fields, keyof T]
    ? Fields extends T
      ? C
      : never
    : never
  : never;

/**
 * Declares which wire type a body or query class validates. The document then has the fields and descriptions of the
 * type and the limits that the class checks. The code does not compile if the class and the type have different fields.
 *
 * @param checkedLater schemas of fields that the service checks after the class
 * @throws Error if the class has a check that the document cannot express
 */
export function RequestOf<N extends keyof WireTypes>(
  name: N,
  checkedLater: Partial<Record<keyof WireTypes[N], Schema>> = {},
): <C extends new () => object>(target: C & ClassOf<WireTypes[N], C>) => void {
  return (target) => {
    const { description, properties = {}, required = [] } = contractSchema(name);
    ApiSchema({ name, description })(target);
    const checks = getMetadataStorage().getTargetValidationMetadatas(target, '', false, false);
    const nullableFields = new Set<string>();
    NULLABLE.set(target, nullableFields);
    for (const [field, property] of Object.entries(properties)) {
      if (allowsNull(property as Schema)) nullableFields.add(field);
      const schema = checks
        .filter(({ propertyName }) => propertyName === field)
        .reduce(
          (known, check) => {
            const bound = boundOf(check.name ?? check.type, check.constraints ?? [], `${name}.${field}`);
            return check.each ? withItems(known, bound) : { ...known, ...bound };
          },
          withLater(inlined(property as Schema), (checkedLater as Record<string, Schema>)[field]),
        );
      const {
        examples,
        default: fallback,
        ...described
      } = nullable(schema) as Schema & { examples?: unknown[] };
      const options = {
        ...described,
        description: withDefault(described.description, fallback),
        ...(examples === undefined ? {} : { example: examples[0] }),
        required: required.includes(field),
      };
      ApiProperty(options as ApiPropertyOptions)(target.prototype as object, field);
    }
  };
}

/** Fields for which `null` is a value of its own, by class. */
const NULLABLE = new WeakMap<object, ReadonlySet<string>>();

/** True if `null` is a value of this field. For every other field it means that the field is missing. */
export function isNullable(target: object | undefined, field: string): boolean {
  return target !== undefined && NULLABLE.get(target)?.has(field) === true;
}

function allowsNull({ type }: Schema): boolean {
  return Array.isArray(type) && (type as string[]).includes('null');
}

/** Adds the schema of a later check to a field, or to the entries of a list. */
function withLater(schema: Schema, later: Schema = {}): Schema {
  return schema.type === 'array' && later.type !== 'array'
    ? withItems(schema, later)
    : { ...schema, ...later };
}

/** Adds a bound to the entries of a list. */
function withItems(schema: Schema, bound: Partial<Schema>): Schema {
  return { ...schema, items: { ...inlined((schema.items ?? {}) as Schema), ...bound } };
}

/** Writes `type: [number, null]` as two alternatives: Nest takes a list of types for a list of values. */
function nullable(schema: Schema): Schema {
  const types: unknown = schema.type;
  if (!Array.isArray(types)) return schema;
  const { type: _, description, default: fallback, ...bounds } = schema;
  const anyOf = types.map((type: string) => (type === 'null' ? { type } : { type, ...bounds }));
  return { description, default: fallback, anyOf } as Schema;
}

/** Puts the default into the description, because openapi-typescript makes a field with a `default` required. */
function withDefault(description = '', fallback: unknown): string {
  return fallback === undefined
    ? description
    : `${description} Default: \`${JSON.stringify(fallback)}\`.`.trim();
}

/** Inlines a referenced enum, because a query parameter cannot always refer to a schema. */
function inlined(property: Schema): Schema {
  const { $ref, ...own } = property;
  const target = contractSchemas()[$ref?.split('/').at(-1) ?? ''];
  return target === undefined ? property : { ...target, ...own };
}

/** The JSON schema of a class-validator check. */
function boundOf(check: string, [bound]: unknown[], field: string): Partial<Schema> {
  switch (check) {
    case 'isInt':
      return { type: 'integer' };
    case 'min':
      return { minimum: bound as number };
    case 'max':
      return { maximum: bound as number };
    case 'maxLength':
      return { maxLength: bound as number };
    case 'arrayNotEmpty':
      return { minItems: 1 };
    case 'arrayMaxSize':
      return { maxItems: bound as number };
    case 'isNotEmpty':
      return { minLength: 1 };
    case 'matches':
      return { pattern: (bound as RegExp).source };
    case 'isIn':
      return { enum: [...(bound as string[])] };
    // a schema of one field cannot express it
    case 'needs':
    case 'fingerprints':
    // already expressed by the type
    case 'isOptional':
    case 'conditionalValidation':
    case 'isString':
    case 'isNumber':
    case 'isBoolean':
    case 'isArray':
    case 'isObject':
    case 'nestedValidation':
      return {};
    default:
      throw new Error(`${field}: the check ${check} has no JSON schema. Add it here.`);
  }
}
