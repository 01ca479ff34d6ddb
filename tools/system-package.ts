import { spawnSync } from 'node:child_process';
import { test } from '@jest/globals';

/**
 * `test` for what needs a program of a system package: skipped and counted where it is missing, a failure where
 * `KTRDR_REQUIRE_SYSTEM_PACKAGES` is set, as under `.ci/run`, which installs it.
 */
export function testWithProgram(program: string): typeof test | typeof test.skip {
  const found = spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
  return found || process.env['KTRDR_REQUIRE_SYSTEM_PACKAGES'] === '1' ? test : test.skip;
}
