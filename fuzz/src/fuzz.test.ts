import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { fuzz } from './fuzz.js';
import { makeTarget } from './make-target.js';
import { TARGETS } from './target.js';
import { World } from './world.js';

/** `npm run fuzz` runs more. */
const RUNS = 200;

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world.close({ expectEnd: true }));

test.each(TARGETS)(`${RUNS} random cases of %s find nothing`, async (name) => {
  const { traced } = world;
  const report = await fuzz(name, await makeTarget(name, world), { seed: 1, runs: RUNS, traced });
  expect(report).toMatchObject({ failure: null, cases: RUNS });
});
