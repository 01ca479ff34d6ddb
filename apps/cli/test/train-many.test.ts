import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { runCommandLine } from '../src/program.js';
import { eventually, type TestContext, testContext } from './test-context.js';
import { operation, WireServer } from './wire-server.js';

let folder: string;
let files: string[];
let server: WireServer;
let context: TestContext;
/** Files in the order of their starts. */
let started: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ktrdr-many-'));
  files = ['a.yaml', 'b.yaml', 'c.yaml'].map((name) => join(folder, name));
  for (const file of files) await writeFile(file, 'name: x\n');
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  server = await WireServer.start();
  context = testContext(server.url);
  started = [];
  server.answers.set('POST /trainings/start', ({ body }) => {
    const name = basename((body as { strategy_file: string }).strategy_file);
    started.push(name);
    server.set(operation({ operation_id: `op_${name}` }));
    return { data: { operation_id: `op_${name}`, status: 'started', message: 'Started' } };
  });
});
afterEach(() => server.close());

const train = (...words: string[]) => runCommandLine(context, ['models', 'train', ...words]);

test('several files start in their order; one that fails does not end the others; exit code 1', async () => {
  const ended = train(...files, join(folder, 'none.yaml'));
  await eventually('all are followed', () => server.streams === 3);
  expect(started).toEqual(['a.yaml', 'b.yaml', 'c.yaml']);
  server.change('op_a.yaml', {
    status: 'failed',
    error: { code: 'disk_full', message: 'The disk is full.' },
  });
  server.change('op_b.yaml', { status: 'completed' });
  server.change('op_c.yaml', { status: 'completed' });
  expect(await ended).toBe(1);
  expect(context.stdout()).toMatch(/a\.yaml {2}failed: The disk is full\./);
  expect(context.stdout()).toMatch(/b\.yaml {2}completed/);
  expect(context.stdout()).toMatch(/\n4 trainings: 2 completed, 2 failed\.\n$/);
  expect(context.stderr()).toMatch(/There is no file .*none\.yaml/);
});

test('all completed: exit code 0', async () => {
  const ended = train(...files.slice(0, 2));
  await eventually('both are followed', () => server.streams === 2);
  for (const name of ['a', 'b']) server.change(`op_${name}.yaml`, { status: 'completed' });
  expect(await ended).toBe(0);
});

test('each line of a warning begins with its file', async () => {
  const ended = train(...files.slice(0, 2));
  await eventually('both are followed', () => server.streams === 2);
  server.change('op_a.yaml', { warnings: ['One.', 'Two.'] });
  await eventually('they are shown', () => context.stdout().includes('Two.'));
  for (const name of ['a', 'b']) server.change(`op_${name}.yaml`, { status: 'completed' });
  await ended;
  expect(context.stdout()).toContain(`${files[0]}: warning: One.\n${files[0]}: warning: Two.\n`);
});

test('Ctrl+C cancels all that were started, and waits for them', async () => {
  const ended = train(...files);
  await eventually('all are followed', () => server.streams === 3);
  context.signals.emit('SIGINT');
  const cancels = () => server.requests.filter(({ path }) => path.endsWith('/cancel')).length;
  await eventually('all received a cancel request', () => cancels() === 3);
  for (const name of ['a', 'b', 'c']) server.change(`op_${name}.yaml`, { status: 'cancelled' });
  expect(await ended).toBe(130);
  expect(context.stdout()).toMatch(/3 trainings: 3 cancelled\.\n$/);
});

test('Ctrl+C before a file has started does not start it', async () => {
  let answer = (): void => {};
  const held = new Promise<void>((resolve) => (answer = resolve));
  const start = server.answers.get('POST /trainings/start')!;
  server.answers.set('POST /trainings/start', async (request) => {
    await held;
    return start(request);
  });
  const ended = train(...files);
  await eventually('the first training is requested', () => server.requests.length > 0);
  context.signals.emit('SIGINT');
  answer();
  await eventually('it is asked to cancel', () =>
    server.requests.some(({ path }) => path.endsWith('/cancel')),
  );
  server.change('op_a.yaml', { status: 'cancelled' });
  expect(await ended).toBe(130);
  expect(started).toEqual(['a.yaml']);
});

test('symbols and timeframes after the files are those of all trainings', async () => {
  expect(await train(...files.slice(0, 2), 'MSFT', '1h', '--detach')).toBe(0);
  const bodies = server.requests.filter(({ method }) => method === 'POST').map(({ body }) => body);
  expect(bodies).toEqual(
    files
      .slice(0, 2)
      .map((file) => expect.objectContaining({ strategy_file: file, symbols: ['MSFT'], timeframes: ['1h'] })),
  );
});
