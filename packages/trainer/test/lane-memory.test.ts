/** The loader of a compiled program resets the flag of the heap limit: a lane must keep the limit. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

const MB = 2 ** 20;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ktrdr-lane-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('the heap of a lane has the limit of its process', () => {
  const program = join(folder, 'limit.mjs');
  writeFileSync(
    program,
    "import { getHeapStatistics } from 'node:v8'; console.log(getHeapStatistics().heap_size_limit);",
  );
  const starter = join(folder, 'start.mjs');
  writeFileSync(
    starter,
    `import { setFlagsFromString } from 'node:v8';
    import { ThreadLane } from ${JSON.stringify(import.meta.resolve('../dist/members/thread-lane.js'))};
    setFlagsFromString('--max-old-space-size=0');
    new ThreadLane('wasm', { program: ${JSON.stringify(program)}, onNoStart() {} }).start();`,
  );
  const env = { ...process.env, NODE_OPTIONS: '' };
  const limit = Number(execFileSync(process.execPath, ['--max-old-space-size=300', starter], { env }));
  expect(limit / MB).toBeGreaterThan(300);
  // and the space for new objects, which depends on the version of Node
  expect(limit / MB).toBeLessThan(800);
});
