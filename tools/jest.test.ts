import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';

const { packageOf } = (await import(String(pathToFileURL(join(import.meta.dirname, 'jest.mjs'))))) as {
  packageOf: (paths: string[]) => string | undefined;
};

test.each<[string[], string | undefined]>([
  [['packages/contracts/src/percentage.test.ts'], './packages/contracts...'],
  [['./packages/job-queue', 'packages/job-queue/test/redis-queue.test.ts'], './packages/job-queue...'],
  [['packages/contracts', 'packages/trainer'], undefined],
  [['packages/contracts', 'apps/cli'], undefined],
  [['apps/api/test/queue.test.ts'], undefined],
  [['percentage'], undefined],
  [[], undefined],
])('tests of %j need the build of %j', (paths, filter) => {
  expect(packageOf(paths)).toBe(filter);
});
