import { fuzz, type FuzzReport } from './fuzz.js';
import { makeTarget } from './make-target.js';
import type { TargetName } from './target.js';
import { World } from './world.js';

/** Fuzzes one target in a world of its own. @throws an error if the service does not end as promised */
export async function fuzzInNewWorld(
  name: TargetName,
  { seed, runs }: { seed: number; runs: number },
): Promise<FuzzReport> {
  const world = await World.create();
  let passed = false;
  try {
    const report = await fuzz(name, await makeTarget(name, world), { seed, runs, traced: world.traced });
    passed = report.failure === null;
    return report;
  } finally {
    await world.close({ expectEnd: passed });
  }
}
