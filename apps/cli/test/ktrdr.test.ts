import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BarsList, Operation, OperationStarted } from '@ktrdr/contracts';
import { freePort } from '@ktrdr/contracts/testing';
import { ROOT, Sandbox } from '@ktrdr/service-kit/testing';
import { IMPORT_CASES, importCases, requires } from '../../../tools/requirements.js';
import { CliSandbox } from './cli-sandbox.js';

/** The right reading of a file to import. */
interface ImportCase {
  symbol?: string;
  timeframe?: string;
  rows: number;
  first: string;
  last_close?: number;
  /** What the file leaves open, with a remark. */
  asks?: string;
  /** Options that it needs. */
  with?: Record<string, string>;
}

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
    const ktrdr = cli.ktrdr('dummy', 'start', '--iterations', '4', '--duration', '0.3');
    expect((await ktrdr.ended).code).toBe(0);
    // it may be seen before it starts
    expect(ktrdr.stdout).toMatch(
      /^Operation op_dummy_\S+\n(?:\[ {2}0\.0%\] Waiting to start\n)?\[ *\d+\.\d%\] Running dummy task/,
    );
    expect(ktrdr.stdout).toMatch(/\ncompleted in \d+\.\ds\n\n {2}iterations completed {3}4\n/);
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
    expect(again.stderr).toBe(
      `Operation ${id} has ended (cancelled): there is nothing to cancel.\n  show it: ktrdr operations show ${id}\n`,
    );
  });

  test('a refused resume or retry names the commands that help', async () => {
    const refusal = async (change: 'resume' | 'retry', id: string): Promise<string> => {
      const ktrdr = cli.ktrdr('operations', change, id);
      expect((await ktrdr.ended).code).toBe(2);
      return ktrdr.stderr;
    };
    const id = await startDetached();
    for (const change of ['resume', 'retry'] as const)
      expect(await refusal(change, id)).toMatch(
        new RegExp(
          `^Operation ${id} cannot be \\w+: it is \\w+\\. Only [^\\n]*\\n {2}follow it: ktrdr operations follow ${id}\\n {2}cancel it: ktrdr operations cancel ${id}\\n$`,
        ),
      );
    await cli.ktrdr('operations', 'cancel', id).ended;
    // a dummy task has no checkpoint
    expect(await refusal('resume', id)).toMatch(
      new RegExp(`checkpoint\\. [^\\n]*\\n {2}start it again: ktrdr operations retry ${id}\\n$`),
    );
    const quick = cli.ktrdr('dummy', 'start', '--iterations', '1', '--json');
    expect((await quick.ended).code).toBe(0);
    const { operation_id: done } = JSON.parse(quick.stdout) as Operation;
    for (const change of ['resume', 'retry'] as const)
      expect(await refusal(change, done)).toMatch(
        new RegExp(
          `it has completed\\.\\n {2}show it: ktrdr operations show ${done}\\n {2}start a new one: ktrdr dummy start\\n$`,
        ),
      );
  });

  test('Ctrl+C, which npm sends twice, cancels and waits for the confirmation: exit 130', async () => {
    const ktrdr = cli.ktrdr(...LONG);
    await ktrdr.says('Running dummy task');
    ktrdr.kill('SIGINT');
    ktrdr.kill('SIGINT');
    expect((await ktrdr.ended).code).toBe(130);
    expect(ktrdr.stdout).toMatch(
      /\ncancelled after \d\.\ds\n {2}to start it again: ktrdr operations retry op_\S+\n$/,
    );
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
    expect({ ...(await train.ended), output: train.output }).toMatchObject({ code: 0 });
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

  test('own files are imported; without a terminal, what they leave open names its option: exit 2', async () => {
    const { sandbox } = cli;
    const folder = sandbox.path('own');
    await mkdir(folder);
    const daily = 'Datum;Erster;Hoch;Tief;Schlusskurs\n03.01.2024;2,5;3;2;2,75\n02.01.2024;2;3;1,5;2,5\n';
    await writeFile(join(folder, 'firm.csv'), daily);
    const local =
      'time,open,high,low,close\n2024-01-02 10:00,1,2,1,2\n2024-01-02 11:00,2,3,2,3\n2024-01-02 12:00,2,3,2,3\n';
    await writeFile(join(folder, 'local.csv'), local);

    const preview = cli.ktrdr('data', 'import', join(folder, 'firm.csv'));
    expect((await preview.ended).code).toBe(2);
    expect(preview.stdout).toMatch(/timeframe +1d\n[^]*range +2024-01-02 to 2024-01-03\n/);
    expect(preview.stderr).toBe(
      'firm.csv is not imported, because there is no terminal for a confirmation: add --yes.\n',
    );

    const all = cli.ktrdr('data', 'import', folder, '--yes');
    expect({ ...(await all.ended), output: all.output }).toMatchObject({ code: 2 });
    expect(all.stdout).toMatch(/firm_1d\.csv +2024-01-02 +2024-01-03 +2 +2\n[^]*1 of 2 files imported\.\n$/);
    expect(all.stderr).toMatch(
      /^local\.csv is not imported, [^\n]*\n {2}--timezone: .* line 2 has "2024-01-02 10:00"\n {6}for example: --timezone America\/New_York\n$/,
    );

    const answered = cli.ktrdr(
      'data',
      'import',
      join(folder, 'local.csv'),
      'X/Y',
      '--timezone',
      '-05:00',
      '--yes',
      '--json',
    );
    expect({ ...(await answered.ended), output: answered.output }).toMatchObject({ code: 0 });
    expect(JSON.parse(answered.stdout)).toMatchObject({
      status: 'completed',
      result: { stored: [{ symbol: 'X/Y', file: 'X%2FY_1h.csv', first: '2024-01-02T15:00:00Z' }] },
    });
    const show = cli.ktrdr('data', 'show', 'X/Y', '1h');
    expect((await show.ended).code).toBe(0);
    expect(show.stdout).toMatch(
      /^X\/Y 1h {3}3 bars, 2024-01-02 15:00 to 2024-01-02 17:00 UTC\n[^]*import of local\.csv[^]*times in -05:00\n/,
    );
    expect(show.stdout).not.toMatch(/undefined|null|NaN/);
  });

  requires(importCases()).test(
    'each of the shared files imports as expected, or asks what it leaves open',
    async () => {
      const expected = JSON.parse(await readFile(join(IMPORT_CASES, 'expected.json'), 'utf8')) as Record<
        string,
        ImportCase
      >;
      const cases = Object.entries(expected).filter(([file]) => file !== 'about');
      const all = cli.ktrdr('data', 'import', IMPORT_CASES, '--yes');
      await all.ended;
      for (const [file, { asks, with: given }] of cases) {
        const option = asks === undefined ? Object.keys(given ?? {})[0] : asks.split(' ')[0];
        if (option === undefined) continue;
        expect(all.stderr).toContain(
          `${file} is not imported, because it leaves questions open. Answer each with its option:\n  --${option}: `,
        );
        const answers = given ?? { timezone: 'UTC' };
        const options = Object.entries(answers).flatMap(([name, value]) => [`--${name}`, value]);
        const answered = cli.ktrdr('data', 'import', join(IMPORT_CASES, file), ...options, '--yes');
        expect({ file, ...(await answered.ended) }).toMatchObject({ code: 0 });
      }
      const list = cli.ktrdr('data', 'list', '--json');
      expect((await list.ended).code).toBe(0);
      const { bars } = JSON.parse(list.stdout) as BarsList;
      for (const [file, wanted] of cases) {
        const info = bars.find(({ origins }) => origins[0]?.from === file);
        const first = wanted.first.replace(' in the zone given', 'Z');
        expect({ file, info }).toMatchObject({ info: { rows: wanted.rows, first } });
        if (wanted.timeframe !== undefined)
          expect({ file, info }).toMatchObject({ info: { timeframe: wanted.timeframe } });
        if (wanted.symbol !== undefined)
          expect({ file, info }).toMatchObject({ info: { symbol: wanted.symbol } });
        const rows = (await readFile(join(cli.sandbox.dataDir, info!.file), 'utf8')).trim().split('\n');
        if (wanted.last_close !== undefined)
          expect({ file, close: Number(rows.at(-1)!.split(',')[4]) }).toEqual({
            file,
            close: wanted.last_close,
          });
      }
    },
  );

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
  expect(ktrdr.stderr).toBe(
    `The API at ${url} does not answer. Start it with: npm start. If it listens elsewhere: ktrdr config set api_url URL\n`,
  );
  expect(ktrdr.stdout).toBe('');
  await sandbox.close();
});
