import fc, { type Arbitrary } from 'fast-check';

/** The parts of a JSON schema that the OpenAPI documents use. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  /** A list: those of a tuple, as in older drafts. */
  items?: Schema | Schema[];
  prefixItems?: Schema[];
  additionalProperties?: boolean | Schema;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
  example?: unknown;
  examples?: unknown[];
  default?: unknown;
}

/** Values of fields that lead somewhere in the world, by the field's name: an existing symbol, a strategy. */
export type KnownValues = Readonly<Record<string, readonly unknown[]>>;

const LONGEST_TEXT = 40;
const MOST_ITEMS = 4;

/** Makes valid values of the schemas of one document. */
export class FromSchema {
  /** Types that are being made: a type inside itself is left out. */
  private readonly open: string[] = [];

  constructor(
    private readonly schemas: Readonly<Record<string, Schema>>,
    private readonly known: KnownValues,
  ) {}

  /** @param name the field's name, for its known values */
  valid(schema: Schema, name = ''): Arbitrary<unknown> {
    const known = this.known[name] ?? [];
    const own = this.ofSchema(schema, name);
    return known.length === 0 ? own : fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...known) }, own);
  }

  private ofSchema(schema: Schema, name: string): Arbitrary<unknown> {
    if (schema.$ref !== undefined) {
      const type = typeOf(schema.$ref);
      const target = this.schemas[type];
      if (target === undefined) throw new Error(`the document has no ${schema.$ref}`);
      this.open.push(type);
      const made = this.ofSchema(target, name);
      this.open.pop();
      return made;
    }
    if ('const' in schema) return fc.constant(schema.const);
    if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
    const choices = schema.anyOf ?? schema.oneOf;
    if (choices !== undefined) return fc.oneof(...choices.map((choice) => this.ofSchema(choice, name)));
    const [merged] = schema.allOf ?? [];
    if (merged !== undefined) return this.ofSchema(merged, name);
    const types = [schema.type ?? 'object'].flat();
    return fc.oneof(...types.map((type) => this.ofType(type, schema, name)));
  }

  private ofType(type: string, schema: Schema, name: string): Arbitrary<unknown> {
    switch (type) {
      case 'null':
        return fc.constant(null);
      case 'boolean':
        return fc.boolean();
      case 'integer':
        return fc.integer({
          min: schema.minimum ?? -1000,
          max: Math.min(schema.maximum ?? 1000, 2 ** 31 - 1),
        });
      case 'number':
        return fc.double({ min: schema.minimum ?? -1e6, max: schema.maximum ?? 1e6, noNaN: true });
      case 'string':
        return textOf(schema);
      case 'array':
        return this.listOf(schema, name);
      default:
        return this.objectOf(schema);
    }
  }

  private listOf({ prefixItems, items = {}, minItems, maxItems }: Schema, name: string): Arbitrary<unknown> {
    if (Array.isArray(items)) return this.tupleOf(items);
    if (prefixItems !== undefined) return this.tupleOf(prefixItems);
    const most = Math.max(minItems ?? 0, Math.min(maxItems ?? MOST_ITEMS, MOST_ITEMS));
    return fc.array(this.valid(items, name), { minLength: minItems ?? 0, maxLength: most });
  }

  private tupleOf(items: Schema[]): Arbitrary<unknown> {
    return fc.tuple(...items.map((item) => this.valid(item)));
  }

  private objectOf({ properties = {}, required = [], additionalProperties }: Schema): Arbitrary<unknown> {
    const made = Object.entries(properties).filter(([, schema]) =>
      [schema, schema.items ?? []]
        .flat()
        .every(({ $ref }) => $ref === undefined || !this.open.includes(typeOf($ref))),
    );
    const fields = fc.record(
      Object.fromEntries(made.map(([field, schema]) => [field, this.valid(schema, field)])),
      { requiredKeys: required.filter((field) => made.some(([name]) => name === field)) },
    );
    if (typeof additionalProperties !== 'object' || additionalProperties.type === undefined) return fields;
    const more = fc.dictionary(fc.string({ maxLength: 10 }), this.valid(additionalProperties), {
      maxKeys: 3,
    });
    return fc.tuple(more, fields).map(([others, own]) => ({ ...others, ...own }));
  }
}

/** `#/definitions/Operation` -> `Operation` */
function typeOf(ref: string): string {
  return ref.split('/').at(-1) ?? '';
}

/** fast-check cannot generate texts for lookaheads: the texts are filtered instead. */
const LOOKAHEAD = /\(\?[!=](?:[^()]|\([^()]*\))*\)/g;

/** The examples of webhooks have public addresses: the service would look them up, which the trace forbids. */
function onThisMachine(example: unknown): unknown {
  return typeof example === 'string' ? example.replace(/^https?:\/\/[^/]+/, 'https://127.0.0.1:9') : example;
}

function textOf({ pattern, maxLength = LONGEST_TEXT, minLength = 0, example, examples = [] }: Schema) {
  const shown = [example, ...examples].filter((value) => value !== undefined).map(onThisMachine);
  const some = shown.length === 0 ? [] : [fc.constantFrom(...shown)];
  if (pattern !== undefined) {
    const whole = new RegExp(pattern);
    const matching = fc.stringMatching(new RegExp(pattern.replaceAll(LOOKAHEAD, '')));
    return fc.oneof(
      ...some,
      matching.filter((text) => whole.test(text)),
    );
  }
  return fc.oneof(...some, fc.string({ minLength, maxLength: Math.min(maxLength, LONGEST_TEXT) }));
}
