import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { StrategyIssue } from '@ktrdr/contracts';
import { commandLine } from './command-line.js';

const ISSUE: StrategyIssue = {
  severity: 'error',
  file: 'a.yaml',
  line: 12,
  column: 5,
  path: 'model.type',
  message: "'gru' is not a model; there is: mlp.",
};

describe('commands of strategies', () => {
  const cli = commandLine();

  test('strategies list', async () => {
    const strategy = {
      name: 'a',
      file: 'a.yaml',
      version: 'v3',
      description: null,
      symbols: ['AAPL'],
      timeframes: ['1h'],
      model_type: 'mlp',
    };
    cli.server.answers.set('GET /strategies', () => ({
      data: {
        strategies: [
          { ...strategy, valid: true, errors: 0, warnings: 1 },
          { ...strategy, name: 'b', version: null, valid: false, errors: 2, warnings: 0 },
        ],
      },
    }));
    expect(await cli.run('strategies', 'list')).toBe(0);
    expect(cli.context.stdout()).toContain('a         v3       AAPL     1h          valid, 1 warning');
    expect(cli.context.stdout()).toContain('b         -        AAPL     1h          2 errors');
  });

  test('strategies validate prints every problem with its position and exits 2', async () => {
    cli.server.answers.set('POST /strategies/validate', () => ({
      data: {
        valid: false,
        name: 'a',
        version: 'v3',
        issues: [ISSUE, { ...ISSUE, severity: 'warning', line: null, column: null, path: '' }],
      },
    }));
    expect(await cli.run('strategies', 'validate', cli.file)).toBe(2);
    expect(cli.context.stdout()).toBe(
      [
        "a.yaml:12:5 model.type: 'gru' is not a model; there is: mlp.",
        "a.yaml: warning: 'gru' is not a model; there is: mlp.",
        `${cli.file}: not valid, 1 error, 1 warning`,
        '',
      ].join('\n'),
    );
  });

  test('strategies validate continues after an unreadable file', async () => {
    cli.server.answers.set('POST /strategies/validate', () => ({
      data: { valid: true, name: 'a', version: 'v3', issues: [] },
    }));
    const nowhere = join(cli.folder, 'nowhere.yaml');
    expect(await cli.run('strategies', 'validate', nowhere, cli.file)).toBe(2);
    expect(cli.context.stdout()).toBe(`${cli.file}: valid (v3)\n`);
    expect(cli.context.stderr()).toContain(`There is no file ${nowhere}`);
    expect(await cli.run('strategies', 'validate', nowhere, cli.file, '--json')).toBe(2);
    const answers: unknown = JSON.parse(cli.context.stdout().slice(cli.context.stdout().indexOf('[')));
    expect(answers).toMatchObject([
      { file: nowhere, valid: false, issues: [{ message: expect.stringContaining('There is no file') }] },
      { file: cli.file, valid: true },
    ]);
  });

  test('strategies validate of a valid file exits 0', async () => {
    cli.server.answers.set('POST /strategies/validate', () => ({
      data: { valid: true, name: 'a', version: 'v3', issues: [] },
    }));
    expect(await cli.run('strategies', 'validate', cli.file)).toBe(0);
    expect(cli.context.stdout()).toBe(`${cli.file}: valid (v3)\n`);
  });

  test.each([[[]], [['--json']]])(
    'strategies validate %j of a file that cannot be read checks the others',
    async (json) => {
      cli.server.answers.set('POST /strategies/validate', () => ({
        data: { valid: true, name: 'a', version: 'v3', issues: [] },
      }));
      expect(await cli.run('strategies', 'validate', 'nowhere.yaml', cli.file, ...json)).toBe(2);
      expect(`${cli.context.stderr()}${cli.context.stdout()}`).toContain('There is no file nowhere.yaml');
      if (json.length === 0) expect(cli.context.stdout()).toBe(`${cli.file}: valid (v3)\n`);
      else
        expect(JSON.parse(cli.context.stdout())).toMatchObject([
          { file: 'nowhere.yaml', valid: false },
          { file: cli.file, valid: true },
        ]);
    },
  );

  test('strategies migrate prints only the migrated file on stdout; notes and warnings go to stderr', async () => {
    cli.server.answers.set('POST /strategies/migrate', () => ({
      data: {
        strategy: 'name: a\nversion: "3.0"\n',
        name: 'a',
        from: 'v2',
        notes: ['No lags.'],
        issues: [{ ...ISSUE, severity: 'warning' }],
      },
    }));
    expect(await cli.run('strategies', 'migrate', cli.file)).toBe(0);
    expect(cli.server.requests.map(({ body }) => body)).toEqual([
      { strategy: 'name: ä\n', strategy_file: cli.file },
    ]);
    expect(cli.context.stdout()).toBe('name: a\nversion: "3.0"\n');
    expect(cli.context.stderr()).toBe(
      "No lags.\na.yaml:12:5 model.type: warning: 'gru' is not a model; there is: mlp.\n",
    );
  });
});
