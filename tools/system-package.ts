import { spawnSync } from 'node:child_process';
import { test } from '@jest/globals';

/** The Python that system packages install modules for. */
export const SYSTEM_PYTHON = '/usr/bin/python3';

/**
 * `test` for what needs a program of a system package: skipped and counted where it is missing, a failure where
 * `KTRDR_REQUIRE_SYSTEM_PACKAGES` is set, as under `.ci/run`, which installs it.
 */
export function testWithProgram(program: string): typeof test | typeof test.skip {
  return testWhere(spawnSync('sh', ['-c', `command -v ${program}`]).status === 0);
}

/** `testWithProgram` for a module of `SYSTEM_PYTHON`. */
export function testWithPythonModule(module: string): typeof test | typeof test.skip {
  return testWhere(spawnSync(SYSTEM_PYTHON, ['-c', `import ${module}`]).status === 0);
}

function testWhere(found: boolean): typeof test | typeof test.skip {
  return found || process.env['KTRDR_REQUIRE_SYSTEM_PACKAGES'] === '1' ? test : test.skip;
}
