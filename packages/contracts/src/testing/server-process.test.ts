import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { ServerProcess } from './server-process.js';

/** A server without a port: it prints that it is up and its pid, then runs for a minute. */
const PROGRAM = 'console.log(`up ${process.pid}`); setTimeout(() => {}, 60_000)';
const node = (program: string) => ({ command: process.execPath, args: ['-e', program], isReady: /up/ });

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function untilGone(pid: number): Promise<void> {
  const from = performance.now();
  while (runs(pid) && performance.now() - from < 10_000) await sleep(10);
  expect(runs(pid)).toBe(false);
}

test('a server can be stopped even if it ignores the signal', async () => {
  const server = await ServerProcess.start(node(PROGRAM));
  expect(runs(server.pid)).toBe(true);
  await server.stop('SIGTERM');
  expect(runs(server.pid)).toBe(false);
  const deaf = await ServerProcess.start(node(`process.on('SIGTERM', () => {}); ${PROGRAM}`));
  await deaf.stop('SIGTERM', 100);
  expect(runs(deaf.pid)).toBe(false);
});

test('the error of a server that does not start includes its log and exit status', async () => {
  const failing = node(`console.error('no room on the disk'); process.exitCode = 3`);
  await expect(ServerProcess.start(failing)).rejects.toThrow(
    /did not start: it exited with 3\nno room on the disk/,
  );
  const missing = { command: '/nowhere/server', args: [], isReady: /up/ };
  await expect(ServerProcess.start(missing)).rejects.toThrow(/\/nowhere\/server did not start: .*127/);
  const silent = node('setTimeout(() => {}, 60_000)');
  await expect(ServerProcess.start(silent, 300)).rejects.toThrow(/not ready after 300 ms/);
});

test('a server starts if its user has no access to the PATH', async () => {
  const server = await ServerProcess.start({ ...node(PROGRAM), env: { PATH: '/nowhere' } });
  await server.stop('SIGKILL');
});

test('a server starts on another port if its port is taken', async () => {
  let tries = 0;
  const { port, server } = await ServerProcess.onFreePort((free) => {
    tries += 1;
    return tries === 1 ? node(`console.error('bind: Address already in use ${free}')`) : node(PROGRAM);
  });
  expect([tries, port > 0]).toEqual([2, true]);
  await server.stop('SIGKILL');
});

test('a server ends when its parent process is killed', async () => {
  const program = `
    const { ServerProcess } = await import(${JSON.stringify(import.meta.resolve('@ktrdr/contracts/testing'))});
    const { pid } = await ServerProcess.start({ command: process.execPath, args: ['-e', ${JSON.stringify(PROGRAM)}], isReady: /up/ });
    console.log(pid);
  `;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(line.toString());
  expect(runs(pid)).toBe(true);
  parent.kill('SIGKILL');
  await untilGone(pid);
});
