import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import type { Operation, OperationStarted } from '@ktrdr/contracts';
import { freePort } from '@ktrdr/contracts/testing';
import { ROOT, Sandbox } from '@ktrdr/service-kit/testing';
import { CliSandbox } from './cli-sandbox.js';

const LONG = ['dummy', 'start', '--iterations', '1000', '--duration', '0.1'];

describe('ktrdr against a real API', () => {
  let cli: CliSandbox;

  beforeAll(async () => {
    cli = await CliSandbox.start();
  });
  afterAll(() => cli.close());

  async function operation(id: string): Promise<Operation> {
    const show = cli.ktrdr('operations', 'show', id, '--json');
    expect((await show.ended).code).toBe(0);
    return JSON.parse(show.stdout) as Operation;
  }

  async function startDetached(): Promise<string> {
    const start = cli.ktrdr(...LONG, '--detach', '--json');
    expect((await start.ended).code).toBe(0);
    return (JSON.parse(start.stdout) as OperationStarted).operation_id;
  }

  test('a dummy operation completes: exit 0', async () => {
    const ktrdr = cli.ktrdr('dummy', 'start', '--iterations', '4', '--duration', '0.1');
    expect((await ktrdr.ended).code).toBe(0);
    expect(ktrdr.stdout).toMatch(/^Operation op_dummy_\S+\n\[ *\d+\.\d%\] Running dummy task/);
    expect(ktrdr.stdout).toMatch(/\ncompleted in 0\.\ds\n\n {2}iterations completed {3}4\n/);
    expect(ktrdr.stderr).toBe('');
  });

  test('a detached operation is followed and cancelled from other processes', async () => {
    const id = await startDetached();
    const follow = cli.ktrdr('operations', 'follow', id);
    await follow.says('Running dummy task');
    const cancel = cli.ktrdr('operations', 'cancel', id, '--reason', 'enough');
    expect((await cancel.ended).code).toBe(0);
    expect(cancel.stdout).toMatch(/cancelled after \d/);
    expect((await follow.ended).code).toBe(130);
    expect(follow.stdout).toMatch(/cancelled after \d/);
    const show = cli.ktrdr('operations', 'show', id);
    expect((await show.ended).code).toBe(0);
    expect(show.stdout).toMatch(/^ {2}reason +enough$/m);
    const again = cli.ktrdr('operations', 'cancel', id);
    expect((await again.ended).code).toBe(2);
    expect(again.stderr).not.toBe('');
  });

  test('Ctrl+C, which npm sends twice, cancels and waits for the confirmation: exit 130', async () => {
    const ktrdr = cli.ktrdr(...LONG);
    await ktrdr.says('Running dummy task');
    ktrdr.kill('SIGINT');
    ktrdr.kill('SIGINT');
    expect((await ktrdr.ended).code).toBe(130);
    expect(ktrdr.stdout).toMatch(/\ncancelled after \d\.\ds\n$/);
    const [id = ''] = ktrdr.stdout.match(/op_\S+/) ?? [];
    expect((await operation(id)).status).toBe('cancelled');
  });

  test('Ctrl+C in operations follow leaves the operation running', async () => {
    const id = await startDetached();
    const follow = cli.ktrdr('operations', 'follow', id);
    await follow.says('Running dummy task');
    follow.kill('SIGINT');
    expect((await follow.ended).code).toBe(130);
    expect(follow.stderr).toContain(`ktrdr operations cancel ${id}`);
    expect((await operation(id)).status).toBe('running');
    expect((await cli.ktrdr('operations', 'cancel', id, '--force').ended).code).toBe(0);
  });

  test('a training shows its accuracy next to the baselines and stores a model', async () => {
    const range = ['--start-date', '2024-01-01', '--end-date', '2024-03-01'];
    expect((await cli.ktrdr('data', 'sample', 'AAPL', '1h', ...range).ended).code).toBe(0);
    const train = cli.ktrdr('models', 'train', 'strategies/test.yaml', ...range, '--seed', '3');
    expect((await train.ended).code).toBe(0);
    expect(train.stdout).toMatch(/\[ *\d+\.\d%\] Training MLP model on AAPL/);
    expect(train.stdout).toMatch(
      /test accuracy +\d+\.\d %[^]*majority class +\d+\.\d %[^]*true \\ predicted/,
    );
    expect(train.stdout).not.toMatch(/undefined|null|NaN/);
    const show = cli.ktrdr('models', 'show', 'test/1h_v1');
    expect((await show.ended).code).toBe(0);
    expect(show.stdout).not.toMatch(/undefined|null|NaN/);

    const file = cli.sandbox.path('trades.json');
    const backtest = cli.ktrdr('models', 'backtest', 'test/1h_v1', '--trades', file, '--commission', '0');
    expect({ ...(await backtest.ended), output: backtest.output }).toMatchObject({ code: 0 });
    expect(backtest.stdout).toMatch(/\n {2}AAPL 1h, 2024-[^\n]*Costs of each side: commission 0 bps/);
    expect(backtest.stdout).toMatch(/the model +-?\d+\.\d %[^]*buy and hold +-?\d+\.\d %/);
    expect(Array.isArray(JSON.parse(await readFile(file, 'utf8')))).toBe(true);
    const seen = cli.ktrdr('models', 'backtest', 'test/1h_v1', '--start-date', '2024-01-05');
    expect((await seen.ended).code).toBe(2);
    expect(seen.stderr).toMatch(/test\/1h_v1 was trained and chosen on bars before 2024-\S+,/);
  });

  test('USE_TRAINING_HOST_SERVICE set for ktrdr but not for the API gives a note on stderr', async () => {
    const train = cli.sandbox.ktrdr(cli, ['models', 'train', 'strategies/test.yaml', '--dry-run', '--json'], {
      cwd: ROOT,
      env: { USE_TRAINING_HOST_SERVICE: 'true' },
    });
    expect((await train.ended).code).toBe(0);
    expect(train.stderr).toMatch(/^note: USE_TRAINING_HOST_SERVICE=true has no effect on ktrdr\. [^\n]+\n$/);
    expect((JSON.parse(train.stdout) as Operation).status).toBe('completed');
  });

  test('a failed operation prints the reason on stderr: exit 1', async () => {
    const train = cli.ktrdr('models', 'train', 'strategies/test.yaml', '--start-date', '2031-01-01');
    expect((await train.ended).code).toBe(1);
    expect(train.stderr).toMatch(/^failed: There are no 1h bars of AAPL from 2031-01-01/);
  });

  test.each([
    [['models', 'train', 'strategies/test.yaml', 'NOPE'], 'There are no 1h bars of NOPE'],
    [['models', 'train', 'strategies/test_strategy.yaml', '../AAPL'], '"../AAPL"'],
    [['models', 'train', 'package.json'], 'package.json:'],
    [['dummy', 'start', '--iterations', '0'], 'iterations'],
    [['operations', 'show', 'op_x'], 'There is no operation op_x.'],
    [['models', 'show', 'nothing/1h_v1'], 'nothing/1h_v1'],
  ])('%j is rejected with a reason: exit 2', async (args, reason) => {
    const ktrdr = cli.ktrdr(...args);
    expect((await ktrdr.ended).code).toBe(2);
    expect(ktrdr.stderr).toContain(reason);
    expect(ktrdr.stderr).not.toMatch(/ {4}at |undefined/);
    expect(ktrdr.stdout).toBe('');
  });

  test('following survives a killed and restarted API and reports the interrupted operation: exit 1', async () => {
    const follow = cli.ktrdr('operations', 'follow', await startDetached());
    await follow.says('Running dummy task');
    await cli.killApi();
    await follow.says('The API does not answer; retrying');
    await cli.startApi();
    expect((await follow.ended).code).toBe(1);
    expect(follow.stderr).toContain('failed: The process that ran the operation is gone');
  });

  test('a closed stdout pipe ends the command silently', async () => {
    const ktrdr = cli.ktrdr('operations', 'follow', await startDetached());
    await ktrdr.says('Running dummy task');
    ktrdr.closeStdout();
    expect((await ktrdr.ended).code).toBe(141);
    expect(ktrdr.stderr).toBe('');
  });
});

test('models train --detach warns if the training host does not respond, stores the training and exits 0', async () => {
  const host = `http://127.0.0.1:${await freePort()}`;
  const cli = await CliSandbox.start({ USE_TRAINING_HOST_SERVICE: 'true', TRAINING_HOST_SERVICE_URL: host });
  try {
    const range = ['--start-date', '2024-01-01', '--end-date', '2024-03-01'];
    expect((await cli.ktrdr('data', 'sample', 'AAPL', '1h', ...range).ended).code).toBe(0);
    const train = cli.ktrdr('models', 'train', 'strategies/test.yaml', ...range, '--detach');
    expect((await train.ended).code).toBe(0);
    expect(train.stderr).toBe(
      `The training host at ${host} does not respond. The training fails if the host stays unreachable. Start it: npm run host\n`,
    );
    const [id = ''] = train.stdout.match(/op_\S+/) ?? [];
    expect((await cli.ktrdr('operations', 'show', id).ended).code).toBe(0);
  } finally {
    await cli.close();
  }
});

test('without an API, one line says what to start: exit 1', async () => {
  const url = `http://localhost:${await freePort()}`;
  const sandbox = await Sandbox.create();
  const ktrdr = sandbox.ktrdr({ url }, ['dummy', 'start']);
  expect((await ktrdr.ended).code).toBe(1);
  expect(ktrdr.stderr).toBe(`The API at ${url} does not answer. Start it with: npm start\n`);
  expect(ktrdr.stdout).toBe('');
  await sandbox.close();
});
