/**
 * Second step of the build. Writes `dist/schemas.json`: the JSON schema of every type in `WireTypes`, and of the types
 * these refer to. The services build their OpenAPI documents from it, so the documents cannot differ from the types.
 */
import { writeFileSync } from 'node:fs';
import { createGenerator } from 'ts-json-schema-generator';

const { definitions } = createGenerator({
  path: 'src/wire-types.ts',
  tsconfig: 'tsconfig.json',
  type: 'WireTypes',
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
}).createSchema('WireTypes');

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

writeFileSync('dist/schemas.json', JSON.stringify(definitions));
