import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';

const ROOT = join(import.meta.dirname, '..');
/** Nothing listens here: every request to the registry fails, and npm would retry it for more than a minute. */
const NOWHERE = 'http://127.0.0.1:9';

/** Runs code that uses `install` on a machine without a network. @returns its exit code and output */
function offline(code: string): Promise<{ code: number | null; output: string }> {
  const workspace = JSON.stringify(pathToFileURL(join(ROOT, 'tools/workspace.mjs')).href);
  const script = `import { install } from ${workspace};\n${code}`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
    env: { ...process.env, NODE_OPTIONS: '', npm_config_registry: NOWHERE },
  });
  let output = '';
  const collect = (chunk: Buffer) => (output += chunk.toString());
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  return new Promise((resolve, reject) =>
    child.once('error', reject).once('close', (exit) => resolve({ code: exit, output })),
  );
}

test('install needs no network and reports "up to date" if the packages are installed', async () => {
  expect(await offline('await install({ quiet: true });')).toEqual({
    code: 0,
    output: '      Already up to date.\n',
  });
});
