/**
 * Test files that `npm test` leaves to `npm run test:long` and to the nightly run, so that it stays under ten minutes on two cores. Each
 * has a shorter relative in `npm test`, or a command of its own (`npm run chaos`, `npm run fuzz`).
 */
export const LONG_TESTS = [
  'apps/api/test/disk-full.test.ts',
  'apps/api/test/queue-on-postgres.test.ts',
  'apps/api/test/whole-way.test.ts',
  'apps/cli/test/package.test.ts',
  'apps/web/test/every-page.test.ts',
  'chaos/src/chaos.test.ts',
  'chaos/src/verdict.test.ts',
  'fuzz/src/fuzz.test.ts',
  'packages/job-queue/test/postgres-queue.test.ts',
  'packages/orchestrator/src/simulation.test.ts',
  'packages/trainer/test/example-strategies.test.ts',
  'packages/trainer/test/honesty.test.ts',
  'packages/trainer/test/software-gpu-agreement.test.ts',
  'packages/trainer/test/tensorflow-node.test.ts',
  'tools/check-imports.test.ts',
  'tools/recipes.test.ts',
  'tools/dev.test.ts',
  'tools/docs-site/src/docs-page.test.ts',
  'tools/network.test.ts',
];
