import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { requires } from '../../tools/requirements.js';
import { Trace } from './trace.js';

let folder: string;
let number = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ktrdr-trace-'));
});
afterAll(() => rm(folder, { recursive: true }));

const SYSTEM = ['/bin', '/etc/ld.so.cache', '/lib', '/lib64', '/usr/bin', '/usr/lib', '/dev/null'];

/** What a shell command does that is not allowed. It may read and write in the folder. */
async function violations(command: string): Promise<string[]> {
  const file = join(folder, `trace-${(number += 1)}`);
  const trace = new Trace(file);
  const child = spawn(
    '/bin/sh',
    ['-c', trace.shell, '/bin/sh', '-c', `(${command}); cat ${folder}/the-end`],
    {
      stdio: 'ignore',
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
    },
  );
  await once(child, 'exit');
  // strace is not a child of ours, and writes its last lines a moment later
  while (!(await readFile(file, 'latin1')).includes('the-end')) await sleep(10);
  return trace.violations({ own: [folder], readable: SYSTEM, ports: [] });
}

// without strace, fuzzing says that it did not trace
const { test: whereTraced } = requires({
  missing: Trace.isPossible() ? null : 'strace is missing, or may not trace',
  isSystemPackage: false,
});

whereTraced('a trace finds what is opened, changed or started outside', async () => {
  const inside = join(folder, 'file');
  await writeFile(inside, 'x');
  expect(await violations(`cat ${inside} > ${join(folder, 'copy')}`)).toEqual([]);
  const outside = join(tmpdir(), 'ktrdr-not-there');
  for (const [command, call] of [
    ['cat /etc/hostname', /open.* of \/etc\/hostname/],
    [`cd ${folder} && cat ../../etc/hostname`, /open.* of .*\/etc\/hostname/],
    [`ln -s /etc/passwd ${inside}-link; cat ${inside}-link`, /\/etc\/passwd/],
    [`mkdir ${outside} && rmdir ${outside}`, /mkdir.* of .*ktrdr-not-there/],
    [`: > ${outside}; rm ${outside}`, /unlink.* of .*ktrdr-not-there/],
    ['exec /usr/sbin/nothing', /exec.* of \/usr\/sbin\/nothing/],
  ] as const)
    expect((await violations(command)).join('\n')).toMatch(call);
});
