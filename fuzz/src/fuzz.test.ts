import { expect, test } from '@jest/globals';
import { fuzzInNewWorld } from './fuzz-in-new-world.js';
import { MADE_TARGETS } from './make-target.js';

/** `npm run fuzz` runs more. */
const RUNS = 200;

test.each(MADE_TARGETS)(`${RUNS} random cases of %s find nothing`, async (name) => {
  expect(await fuzzInNewWorld(name, { seed: 1, runs: RUNS })).toMatchObject({ failure: null, cases: RUNS });
});
