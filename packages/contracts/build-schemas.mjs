/**
 * Second step of the build. Writes `dist/schemas.json`: the JSON schema of every type in `WireTypes`, and of the types
 * these refer to. The services build their OpenAPI documents from it, so the documents cannot differ from the types.
 *
 * Also writes `dist/messages/schemas.json`, the same for `Messages`, and `dist/messages/validators.js`: the compiled
 * validators of these schemas.
 */
import { writeFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import standalone from 'ajv/dist/standalone/index.js';
import { createGenerator } from 'ts-json-schema-generator';

/** The bounds of a list and of a text of a message that has none of its own: more than any message needs. */
const MOST = { items: 100_000, characters: 100_000 };

const wireTypes = definitionsOf('src/wire-types.ts', 'WireTypes');
writeFileSync('dist/schemas.json', JSON.stringify(wireTypes));

const messages = definitionsOf('src/messages/messages.ts', 'Messages');
// a newer process may send a code that this one does not know
messages.ErrorCode = { type: 'string', maxLength: 100 };
// an older process does not know every key, and only the phase is used
messages.ProgressContext.required = ['phase'];
const names = Object.keys(messages.Messages.properties);
const bounded = JSON.parse(JSON.stringify(messages), (_key, value) => withBounds(value));
writeFileSync('dist/messages/schemas.json', JSON.stringify(bounded));
writeFileSync('dist/messages/validators.js', compiled(bounded, names));

function definitionsOf(path, type) {
  const { definitions } = createGenerator({
    path,
    tsconfig: 'tsconfig.json',
    type,
    expose: 'export',
    // a later version may add fields to a response
    additionalProperties: true,
    discriminatorType: 'open-api',
    // marks types that are open on purpose
    extraTags: ['additionalProperties'],
    encodeRefs: false,
    sortProps: false,
    // `tsc` has already checked the types
    skipTypeCheck: true,
  }).createSchema(type);
  // without a mapping, generators use schema names as discriminator values
  for (const schema of Object.values(definitions)) {
    if (schema.discriminator === undefined) continue;
    const { propertyName } = schema.discriminator;
    schema.discriminator.mapping = Object.fromEntries(
      schema.oneOf.map(({ $ref }) => [
        definitions[$ref.replace('#/definitions/', '')].properties[propertyName].const,
        $ref,
      ]),
    );
  }
  return definitions;
}

function withBounds(schema) {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return schema;
  const types = [schema.type].flat();
  const isOpenText =
    types.includes('string') && !('enum' in schema) && !('const' in schema) && !('maxLength' in schema);
  const isOpenList = types.includes('array') && !('maxItems' in schema);
  return {
    ...schema,
    ...(isOpenText ? { maxLength: MOST.characters } : {}),
    ...(isOpenList ? { maxItems: MOST.items } : {}),
  };
}

/** One module without imports. Lengths count UTF-16 units, as JavaScript does. */
function compiled(definitions, types) {
  const ajv = new Ajv({
    strict: false,
    // no NaN and no infinity, which `strict: false` would allow
    strictNumbers: true,
    unicode: false,
    logger: false,
    code: { source: true, esm: true },
    schemas: [{ $id: 'messages', definitions }],
  });
  const refs = Object.fromEntries(types.map((name) => [name, `messages#/definitions/${name}`]));
  const code = standalone.default(ajv, refs);
  if (/\brequire\(|\bimport\b/.test(code)) throw new Error('a validator needs a module of ajv');
  return `${code}\nexport const validators = { ${types.join(', ')} };\n`;
}
