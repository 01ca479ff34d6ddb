import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { program, requires } from '../../tools/requirements.js';
// The run starts built services, so the test uses the built chaos package too.
import { Chaos } from '../dist/index.js';

/** Short runs as the command would make them: one training at the start, two faults. */
const RUNS = [
  // the API is killed, then again on a full disk
  { seed: 1041, mode: 'local' },
  // the training process dies before a checkpoint gets its name, then the API is killed
  { seed: 2913, mode: 'local' },
  // the API is killed, and the restarted API loses the link to its host
  { seed: 220, mode: 'host' },
  // one host of a queue is killed, another is suspended for longer than its lease
  { seed: 286, mode: 'queue' },
  // the API loses the link to the queue, then is killed
  { seed: 1541, mode: 'queue' },
] as const;

jest.setTimeout(240_000);

let chaos: Chaos;

beforeAll(async () => {
  chaos = await Chaos.open();
});

afterAll(() => chaos.close());

const onRedis = requires(program('redis-server'));

for (const { seed, mode } of RUNS) {
  const { test: testOnMode } = mode === 'queue' ? onRedis : { test };
  testOnMode(`chaos seed ${seed}, ${mode}: no violation`, async () => {
    const { faults, violations } = await chaos.run(seed, mode);
    expect(faults).toHaveLength(2);
    // if this fails: npm run chaos -- --seed <seed> --runs 1 --mode <mode>
    const again = `npm run chaos -- --seed ${seed} --runs 1 --mode ${mode}`;
    expect({ again, violations }).toEqual({ again, violations: [] });
  });
}
