import type { WireTypes } from '@ktrdr/contracts';
import { ApiProperty, ApiSchema, type ApiPropertyOptions } from '@nestjs/swagger';
import { getMetadataStorage } from 'class-validator';
import { contractSchema, contractSchemas, type Schema } from './contract-schemas.js';

/** A class that has every field of `T`, the optional ones too, and no others. */
type ClassOf<T, C> = C extends new () => infer Fields
  ? [keyof T, keyof Fields] extends [keyof Fields, keyof T]
    ? Fields extends T
      ? C
      : never
    : never
  : never;

/**
 * Names the wire type that a body or query class validates. The document then has the type's fields and descriptions, and the
 * limits that the class checks. A field that only one of the two has does not compile.
 *
 * @throws Error if the class has a check that cannot be expressed in the document
 */
export function RequestOf<N extends keyof WireTypes>(
  name: N,
): <C extends new () => object>(target: C & ClassOf<WireTypes[N], C>) => void {
  return (target) => {
    const { description, properties = {}, required = [] } = contractSchema(name);
    ApiSchema({ name, description })(target);
    const checks = getMetadataStorage().getTargetValidationMetadatas(target, '', false, false);
    for (const [field, property] of Object.entries(properties)) {
      const schema = checks
        .filter(({ propertyName }) => propertyName === field)
        .reduce(
          (known, check) => ({
            ...known,
            ...boundOf(check.name ?? check.type, check.constraints ?? [], `${name}.${field}`),
          }),
          inlined(property as Schema),
        );
      const { examples, default: fallback, ...described } = schema as Schema & { examples?: unknown[] };
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

/** Puts the default into the description: openapi-typescript makes a field with a `default` required. */
function withDefault(description = '', fallback: unknown): string {
  return fallback === undefined
    ? description
    : `${description} Default: \`${JSON.stringify(fallback)}\`.`.trim();
}

/** Inlines a referenced choice of values, because a query parameter cannot always refer to a schema. */
function inlined(property: Schema): Schema {
  const { $ref, ...own } = property;
  const target = contractSchemas()[$ref?.split('/').at(-1) ?? ''];
  return target === undefined ? property : { ...target, ...own };
}

/** The JSON schema for a check of class-validator. */
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
    case 'matches':
      return { pattern: (bound as RegExp).source };
    case 'isIn':
      return { enum: [...(bound as string[])] };
    // the type already says it
    case 'isOptional':
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
