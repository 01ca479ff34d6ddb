import { spawn } from 'node:child_process';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const SERVICE = join(import.meta.dirname, 'fixtures/service.mjs');

let taken: Server;
let takenPort: number;

beforeAll(async () => {
  taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  takenPort = (taken.address() as AddressInfo).port;
});

afterAll(() => new Promise((resolve) => taken.close(resolve)));

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the service to its end. `onOutput` gets the whole stdout so far. */
function run(
  settings: Record<string, string>,
  onOutput: (stdout: string, kill: (signal: NodeJS.Signals) => void) => void = () => {},
): Promise<Ended> {
  const env = { ...process.env, NODE_OPTIONS: '', ...settings };
  const child = spawn(process.execPath, [SERVICE], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const late = setTimeout(() => child.kill('SIGKILL'), 60_000);
  const ended: Ended = { code: null, stdout: '', stderr: '' };
  child.stderr.on('data', (chunk: Buffer) => (ended.stderr += chunk.toString()));
  child.stdout.on('data', (chunk: Buffer) => {
    ended.stdout += chunk.toString();
    onOutput(ended.stdout, (signal) => child.kill(signal));
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject).once('close', (code) => {
      clearTimeout(late);
      resolve({ ...ended, code });
    });
  });
}

describe('a failed start prints one line that says what to do, and exits with code 1', () => {
  test.each<[string, () => Record<string, string>, RegExp]>([
    [
      'a port in use',
      () => ({ PORT: String(takenPort) }),
      /^Port [0-9]+ on 127\.0\.0\.1 is in use; .+ choose another port: PORT=[0-9]+ npm run smallest$/,
    ],
    [
      'an invalid port',
      () => ({ PORT: 'http' }),
      /^The setting PORT=http is not valid: it must be a whole number from 0 to 65535\.$/,
    ],
    [
      'an address of another machine',
      () => ({ HOST: '192.0.2.1' }),
      /^The setting HOST=192\.0\.2\.1 is not valid: .+ Use 127\.0\.0\.1, or 0\.0\.0\.0 for all addresses\.$/,
    ],
  ])('%s', async (_what, settings, line) => {
    const { code, stdout, stderr } = await run(settings());
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.split('\n')).toEqual([expect.stringMatching(line), '']);
  });
});

describe('a running service', () => {
  test('logs the address on which it listens, even if that is all addresses of the machine', async () => {
    const { stdout } = await run({ HOST: '0.0.0.0' }, (output, kill) => {
      if (output.includes('listens on')) kill('SIGTERM');
    });
    expect(stdout).toMatch(/smallest service listens on http:\/\/0\.0\.0\.0:[0-9]+,/);
  });

  test.each<NodeJS.Signals>(['SIGTERM', 'SIGINT', 'SIGHUP'])(
    'ends with exit code 0 on %s',
    async (signal) => {
      let told = false;
      const { code, stdout, stderr } = await run({}, (output, kill) => {
        if (told || !output.includes('listens on')) return;
        told = true;
        kill(signal);
        kill(signal);
      });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const lines = stdout.trim().split('\n');
      expect(lines.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual([
        expect.stringMatching(/^smallest service listens on http:\/\/127\.0\.0\.1:[0-9]+, and does nothing$/),
        `${signal}: stopping`,
      ]);
    },
  );
});
