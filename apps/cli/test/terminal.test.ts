/** Tests the CLI in a real terminal: tmux is the terminal, sends the keys and captures the screen. */
import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import { program, requires } from '../../../tools/requirements.js';
import { ROOT } from '@ktrdr/service-kit/testing';
import { CliSandbox } from './cli-sandbox.js';

/** Each test has a server of its own: one that ends still holds its socket for a moment. */
let servers = 0;
const socket = (): string => `ktrdr-test-${process.pid}-${servers}`;

function tmux(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('tmux', ['-L', socket(), ...args], {
    encoding: 'utf8',
    timeout: 5_000,
  });
  if (status !== 0) throw new Error(`tmux ${args[0]}: ${stderr}`);
  return stdout;
}

const screen = (): string => tmux('capture-pane', '-p', '-t', 'main');

async function shows(pattern: RegExp): Promise<string> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (pattern.test(screen())) return screen();
    await sleep(50);
  }
  throw new Error(`the screen never showed ${pattern}:\n${screen()}`);
}

let cli: CliSandbox;

beforeAll(async () => {
  if (program('tmux').missing === null) cli = await CliSandbox.start();
});
afterEach(() => {
  spawnSync('tmux', ['-L', socket(), 'kill-server']);
  servers += 1;
});
afterAll(() => cli?.close());

const { test } = requires(program('tmux'));

test('a terminal that becomes narrower shows one progress display, and at the end only the outcome', async () => {
  const command = `KTRDR_API_URL=${cli.url} node apps/cli/bin/ktrdr.mjs dummy start --iterations 60 --duration 0.05`;
  tmux('new-session', '-d', '-s', 'main', '-x', '100', '-y', '20', '-c', ROOT, 'sh');
  tmux('send-keys', '-t', 'main', `clear; echo before; ${command}; echo "exit $?"`, 'Enter');
  await shows(/ETA \d/);
  tmux('resize-window', '-t', 'main', '-x', '60', '-y', '20');
  const narrow = await shows(/^ {2}[━╸─]{20} /m);
  expect(narrow).toMatch(/^(before\n)?Operation op_dummy_\S+\n.*Running dummy task.*\n.*elapsed.*\n+$/);
  const ended = await shows(/exit \d+/);
  expect(ended).toMatch(/^(before\n)?Operation op_dummy_\S+\n✔ completed in/);
});

test('80 columns show message, bar, percentage, elapsed time and ETA; after Ctrl+C only "cancelled" remains', async () => {
  const command = `KTRDR_API_URL=${cli.url} node apps/cli/bin/ktrdr.mjs dummy start --iterations 200 --duration 0.05`;
  tmux('new-session', '-d', '-s', 'main', '-x', '80', '-y', '20', '-c', ROOT, 'sh');
  tmux('send-keys', '-t', 'main', `clear; ${command}; echo "exit $?"`, 'Enter');

  const running = await shows(/ETA \d/);
  expect(running).toMatch(/Running dummy task \[iteration \d+\/200\]/);
  expect(running).toMatch(/━+╸?─+ +\d+\.\d% +elapsed \d+s +ETA \d+s/);
  expect(running.match(/Running dummy task/g)).toHaveLength(1);

  tmux('send-keys', '-t', 'main', 'C-c');
  const ended = await shows(/exit \d+/);
  expect(ended).toMatch(/cancelled after \d+(\.\d)?s\n/);
  expect(ended).toContain('exit 130');
  expect(ended).not.toContain('Running dummy task');
});

test('a watched list is redrawn in place, also in another width, and Ctrl+C leaves the operations alone', async () => {
  const ktrdr = `KTRDR_API_URL=${cli.url} node apps/cli/bin/ktrdr.mjs`;
  tmux('new-session', '-d', '-s', 'main', '-x', '100', '-y', '12', '-c', ROOT, 'sh');
  const start = `${ktrdr} dummy start --iterations 10000 --duration 0.05 --detach`;
  tmux('send-keys', '-t', 'main', `clear; ${start} --quiet; ${ktrdr} operations list --watch`, 'Enter');
  const [, before = ''] = /running (\d+\.\d%)/.exec(await shows(/running \d+\.\d%/)) ?? [];
  const later = await shows(new RegExp(`running (?!${before.replace('.', '\\.')})\\d`));
  expect(later.match(/^ {2}operation /gm)).toHaveLength(1);
  expect(later).toMatch(/created +about/);
  tmux('resize-window', '-t', 'main', '-x', '58', '-y', '12');
  const narrow = await shows(/^ {2}operation +status$/m);
  expect(narrow.match(/^ {2}operation /gm)).toHaveLength(1);
  tmux('send-keys', '-t', 'main', 'C-c');
  tmux(
    'send-keys',
    '-t',
    'main',
    `clear; ${ktrdr} operations list --status running --quiet; echo "exit $?"`,
    'Enter',
  );
  const [, id = ''] = /^(op_dummy_\S+)\nexit 0$/m.exec(await shows(/exit 0/)) ?? [];
  tmux('send-keys', '-t', 'main', `clear; ${ktrdr} operations cancel ${id}`, 'Enter');
  await shows(/cancelled after/);
});

test('models delete asks for confirmation and follows the typed answer', async () => {
  const command = `KTRDR_API_URL=${cli.url} node apps/cli/bin/ktrdr.mjs models delete nothing/1h_v1`;
  tmux('new-session', '-d', '-s', 'main', '-x', '100', '-y', '20', '-c', ROOT, 'sh');
  tmux('send-keys', '-t', 'main', `clear; ${command}; echo "exit $?"`, 'Enter');
  await shows(/Delete nothing\/1h_v1 permanently\? \[y\/N\]$/m);
  tmux('send-keys', '-t', 'main', 'n', 'Enter');
  expect(await shows(/exit \d+/)).toMatch(/Nothing was deleted\.\nexit 130/);
  tmux('send-keys', '-t', 'main', `clear; ${command}; echo "exit $?"`, 'Enter');
  await shows(/permanently\? \[y\/N\]$/m);
  tmux('send-keys', '-t', 'main', 'y', 'Enter');
  expect(await shows(/exit \d+/)).toMatch(/There is no model nothing\/1h_v1\..*\nexit 2/);
  tmux('send-keys', '-t', 'main', `clear; ${command}; echo "exit $?"`, 'Enter');
  await shows(/permanently\? \[y\/N\]$/m);
  tmux('send-keys', '-t', 'main', 'C-c');
  await shows(/\^C/);
  tmux('send-keys', '-t', 'main', 'echo "exit $?"', 'Enter');
  // the line can be typed before the prompt is back
  await shows(/exit 130$/m);
});

test('ktrdr login does not show the token that is typed, and Ctrl+C leaves the terminal as it was', async () => {
  const command = `XDG_CONFIG_HOME=${cli.sandbox.path('config')} KTRDR_API_URL=${cli.url} node apps/cli/bin/ktrdr.mjs`;
  const token = `ktrdr_0123456789ab_${'A'.repeat(43)}`;
  tmux('new-session', '-d', '-s', 'main', '-x', '100', '-y', '20', '-c', ROOT, 'sh');
  tmux('send-keys', '-t', 'main', `clear; ${command} login; echo "exit $?"`, 'Enter');
  await shows(/it is not shown\):/);
  tmux('send-keys', '-t', 'main', '-l', `${token}x`);
  tmux('send-keys', '-t', 'main', 'BSpace', 'Enter');
  const ended = await shows(/exit \d+/);
  expect(ended).toMatch(/needs no token\. Nothing was saved\.\nexit 0/);
  expect(ended).not.toContain('AAA');
  // the screen still shows the first question until the shell clears it
  tmux('send-keys', '-t', 'main', `clear; echo again; ${command} login; echo "exit $?"`, 'Enter');
  await shows(/^again\n.*it is not shown\):/m);
  tmux('send-keys', '-t', 'main', '-l', 'secret');
  tmux('send-keys', '-t', 'main', 'C-c');
  expect(await shows(/exit \d+/)).toMatch(/Nothing was saved\.\nexit 130/);
  tmux('send-keys', '-t', 'main', 'echo vis""ible', 'Enter');
  await shows(/^visible$/m);
});
