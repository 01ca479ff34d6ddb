/** A supervisor signals the process that it started, npm. The scripts begin with `exec`, because a shell would not pass the signal on. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { freePort } from '@ktrdr/contracts/testing';

const ROOT = join(import.meta.dirname, '..');
let folder: string;
let npm: ChildProcess | undefined;

afterEach(() => {
  npm?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

test.each(['start', 'host'])(
  'npm run %s passes SIGTERM on, and ends with the exit code of the service',
  async (script) => {
    folder = mkdtempSync(join(tmpdir(), 'ktrdr-start-'));
    const port = await freePort();
    const child = spawn('npm', ['run', script], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        PORT: String(port),
        HOST: '127.0.0.1',
        STATE_DIR: join(folder, 'state'),
        MODELS_DIR: join(folder, 'models'),
        DATA_DIR: join(folder, 'data'),
      },
    });
    npm = child;
    const ended = once(child, 'exit');
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    }
    while (
      !output.includes('open the page in a browser: ') &&
      !output.includes('training host listens on ')
    ) {
      if (child.exitCode !== null) throw new Error(output);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(output).toContain('SIGTERM: stopping');
    await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow();
  },
  60_000,
);
