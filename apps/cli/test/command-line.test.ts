import { describe, expect, test } from '@jest/globals';
import { commandLine } from './command-line.js';

const COMPUTE = ['indicators', 'compute', 'macd', '--symbol', 'AAPL', '--timeframe', '1h'];

describe('the command line', () => {
  const cli = commandLine();

  test.each([
    [['models', 'train'], "missing required argument 'strategy.yaml'"],
    [['models', 'train'], 'For help: ktrdr models train --help'],
    [['models', 'train', 'a.yaml', '--start', '2024'], 'For help: ktrdr models train --help'],
    [['models', 'train', 'a.yaml', '--sed', '1'], '(Did you mean --seed?)'],
    [['models', 'train', 'a.yaml', '--seed', '1.5'], 'It must be a whole number.'],
    [['models', 'train', 'a.yaml', '--validation-split', ''], 'It must be a number.'],
    [['models', 'train', 'a.yaml', '--seed', ''], 'It must be a number.'],
    [['operations', 'prune', '--yes', '--older-than', ''], 'It must be a number.'],
    [['operations', 'prune', '--yes', '--older-than', ' '], 'It must be a number.'],
    [['operations', 'prune', '--yes', '--older-than', '0x0'], 'It must be a number.'],
    [['operations', 'prune', '--yes', '--older-than', '1e1'], 'It must be a whole number.'],
    [['operations', 'prune', '--yes'], "required option '--older-than <days>'"],
    [['models', 'show', 'a/1h_v1', 'more'], 'too many arguments'],
    [['operations', 'lst'], '(Did you mean list?)'],
    [['operations', 'list', '--status', 'done'], 'is not one of pending, running'],
    [['notify', 'add', 'https://a.example', '--on', 'edge,faild'], 'Did you mean failed?'],
    [['notify', 'add', 'https://a.example'], "required option '--on <events>'"],
    [['foo'], "error: unknown command 'foo'\nFor help: ktrdr --help"],
    [['dummy', 'start', '--iterations', 'many'], 'It must be a number.'],
    [['models'], 'Usage: ktrdr models'],
    [['models', 'list', '--sort', 'seed'], 'Allowed choices are created, accuracy, edge, name.'],
    [['indicators', 'compute', 'rsi', '--timeframe', '1h'], "required option '--symbol <symbol>'"],
  ])('%j is a usage error: exit 2', async (args, message) => {
    expect(await cli.run(...args)).toBe(2);
    expect(cli.context.stderr()).toContain(message);
    expect(cli.context.stdout()).toBe('');
    expect(cli.server.requests).toEqual([]);
  });

  test.each([[['--help']], [['models', 'train', '--help']], [['--version']]])(
    '%j is exit 0',
    async (args) => {
      expect(await cli.run(...args)).toBe(0);
      expect(cli.context.stderr()).toBe('');
    },
  );

  test.each([
    [['models', 'train', 'nowhere.yaml'], 'There is no file nowhere.yaml (looked in '],
    [['models', 'train', '/'], '/ is a folder, not a strategy file.'],
    [
      ['models', 'show', 'test_strategy'],
      "'test_strategy' is not a model name. Example: test_strategy/1h_v3.",
    ],
    [['operations', 'show', ''], 'The operation id is empty.'],
    [['operations', 'follow', ''], 'The operation id is empty.'],
    [['operations', 'cancel', ''], 'The operation id is empty.'],
    [['operations', 'resume', ''], 'The operation id is empty.'],
    [['models', 'compare', 'a/1h_v1', 'b'], "'b' is not a model name"],
    [['models', 'compare', 'a/1h_v1'], 'a/1h_v1 is the only model: name two to 10 different models'],
    [
      ['models', 'compare', 'a/1h_v1', 'b/1h_v1', 'a/1h_v1'],
      'a/1h_v1 is a duplicate: name two to 10 different',
    ],
    [
      ['models', 'compare', ...Array.from({ length: 11 }, (_, index) => `a/1h_v${index}`)],
      '11 models are too many: name two to 10 different models',
    ],
    [['models', 'delete', 'a/b/c', '--yes'], "'a/b/c' is not a model name"],
    [[...COMPUTE, '--params', 'period'], "'period' is not a parameter. Write parameters as period=21"],
    [[...COMPUTE, '--params', 'a=1,'], "'' is not a parameter"],
    [[...COMPUTE, '--params', '__proto__=1'], "'__proto__=1' is not a parameter"],
    [[...COMPUTE, '--params', 'a=1,a=2'], 'The parameter a is given twice.'],
  ])('%j is rejected before a request is sent', async (args, message) => {
    await expect(cli.run(...args)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining(message),
    });
    expect(cli.server.requests).toEqual([]);
  });

  test.each([
    [['models', 'list'], 'GET /models', { models: [] }],
    [['strategies', 'list'], 'GET /strategies', { strategies: [] }],
    [['indicators', 'list'], 'GET /indicators', { indicators: [] }],
    [
      ['indicators', 'compute', 'rsi', '--symbol', 'A', '--timeframe', '1d'],
      'POST /indicators/compute',
      { timestamps: [], outputs: { rsi: [] }, warnings: [] },
    ],
    [['operations', 'list'], 'GET /operations', { operations: [], total_count: 0, active_count: 0 }],
  ])('%j --json prints the data of the API', async (args, route, data) => {
    cli.server.answers.set(route, () => ({ data }));
    expect(await cli.run(...args, '--json')).toBe(0);
    expect(JSON.parse(cli.context.stdout())).toEqual(data);
  });
});
