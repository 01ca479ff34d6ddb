import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';

const ROOT = join(import.meta.dirname, '..');
/** Nobody listens there: every look at a registry fails, and is repeated for more than a minute. */
const NOWHERE = 'http://127.0.0.1:9';

/** Output and exit code of a piece of code with what the commands share, on a machine without a network. */
function offline(code: string): Promise<{ code: number | null; output: string }> {
  const workspace = JSON.stringify(pathToFileURL(join(ROOT, 'tools/workspace.mjs')).href);
  const script = `import { install } from ${workspace};\n${code}`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 15_000,
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

test('packages that are installed are not asked for again, and it says so', async () => {
  expect(await offline('await install({ quiet: true });')).toEqual({
    code: 0,
    output: '      They are up to date.\n',
  });
}, 20_000);
