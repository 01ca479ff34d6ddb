/**
 * Second step of the build: `dist/schemas.json` holds the JSON schema of every type in `WireTypes`, and of the types inside them.
 * The OpenAPI documents of the services are made of it, so that they cannot differ from the types.
 */
import { writeFileSync } from 'node:fs';
import { createGenerator } from 'ts-json-schema-generator';

const { definitions } = createGenerator({
  path: 'src/wire-types.ts',
  tsconfig: 'tsconfig.json',
  type: 'WireTypes',
  expose: 'export',
  // an answer may get more fields in a later version
  additionalProperties: true,
  discriminatorType: 'open-api',
  encodeRefs: false,
  sortProps: false,
  // `tsc` has just checked them
  skipTypeCheck: true,
}).createSchema('WireTypes');

writeFileSync('dist/schemas.json', JSON.stringify(definitions));
