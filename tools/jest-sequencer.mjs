import Sequencer from '@jest/test-sequencer';

/**
 * The slowest test files, in the order of their time. `npm test` lists the slowest at its end. They start first, so that no worker
 * runs a long file after the others have finished. Before the first run, jest knows only file sizes, not durations.
 */
const SLOWEST = [
  'apps/api/test/queue.test.ts',
  'chaos/src/chaos.test.ts',
  'apps/api/test/crash.test.ts',
  'packages/trainer/test/lanes.test.ts',
  'apps/cli/test/ktrdr.test.ts',
  'tools/documentation.test.ts',
  'tools/openapi/answers.test.ts',
  'apps/api/test/host.test.ts',
  'apps/api/test/models.test.ts',
  'apps/api/test/cancel.test.ts',
  'apps/api/test/backtest.test.ts',
  'packages/job-queue/test/redis-queue.test.ts',
  'tools/recipes.test.ts',
  'apps/api/test/resume.test.ts',
  'packages/job-queue/test/postgres-queue.test.ts',
  'tools/dev.test.ts',
  'packages/trainer/test/resume.test.ts',
  'fuzz/src/fuzz.test.ts',
  'packages/operation-store/test/processes.test.ts',
  'packages/trainer/test/honesty.test.ts',
  'packages/trainer/test/tensorflow-node.test.ts',
  'apps/api/test/event-source.test.ts',
  'apps/api/test/outage.test.ts',
  'apps/api/test/shutdown.test.ts',
  'packages/trainer/test/training.test.ts',
  'packages/trainer/test/example-strategies.test.ts',
  'apps/api/test/bad-requests.test.ts',
  'apps/api/test/disk-full.test.ts',
  'tools/check-imports.test.ts',
];
/** Files that start services or training processes. */
const STARTS_PROCESSES = /[\\/](test|chaos|fuzz|tools)[\\/]/;

export default class SlowestFirstSequencer extends Sequencer {
  sort(tests) {
    return super.sort(tests).toSorted((a, b) => rank(a) - rank(b));
  }
}

function rank({ path }) {
  const place = SLOWEST.findIndex((name) => path.replaceAll('\\', '/').endsWith(`/${name}`));
  if (place >= 0) return place;
  return STARTS_PROCESSES.test(path) ? SLOWEST.length : SLOWEST.length + 1;
}
