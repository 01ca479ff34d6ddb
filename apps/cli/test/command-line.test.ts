import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { USER_PATTERN } from '@ktrdr/contracts';
import type {
  ComparedMetric,
  DownloadMetadata,
  ImportMetadata,
  ModelComparison,
  ModelDetails,
  ModelSummary,
  StrategyIssue,
} from '@ktrdr/contracts';
import { readWantsHostService } from '../src/config.js';
import { runCommandLine } from '../src/program.js';
import { type TestContext, testContext } from './test-context.js';
import { operation, progress, WireServer } from './wire-server.js';

const ISSUE: StrategyIssue = {
  severity: 'error',
  file: 'a.yaml',
  line: 12,
  column: 5,
  path: 'model.type',
  message: "'gru' is not a model; there is: mlp.",
};
const MODEL: ModelSummary = {
  model: 'test_strategy/1h_v3',
  strategy: 'test_strategy',
  version: '1h_v3',
  timeframe: '1h',
  symbols: ['AAPL', 'GOOG'],
  model_type: 'mlp',
  engine: 'tensorflow-wasm',
  seed: 42,
  created_at: '2026-11-23T10:15:00.000Z',
  test_accuracy: 0.5423,
  baseline_accuracy: 0.51,
  verdict: 'no_edge',
  path: '/models/test_strategy/1h_v3',
  problem: null,
  damage: null,
};

const COMPUTE = ['indicators', 'compute', 'macd', '--symbol', 'AAPL', '--timeframe', '1h'];

describe('the command line', () => {
  let folder: string;
  let file: string;
  let server: WireServer;
  let context: TestContext;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ktrdr-cli-'));
    file = join(folder, 'a.yaml');
    await writeFile(file, 'name: ä\n');
  });
  afterAll(() => rm(folder, { recursive: true }));
  beforeEach(async () => {
    server = await WireServer.start();
    context = testContext(server.url);
  });
  afterEach(() => server.close());

  const run = (...args: string[]) => runCommandLine(context, args);

  describe('USE_TRAINING_HOST_SERVICE set for ktrdr', () => {
    const train = async (wanted: boolean | undefined, host_service: boolean | null, ...options: string[]) => {
      context.wantsHostService = () => wanted;
      const started = { operation_id: 'op_1', status: 'started', message: 'Training started' };
      server.answers.set('POST /trainings/start', () => ({ data: started }));
      const { context: known } = progress();
      server.set(
        operation({ operation_id: 'op_1', progress: progress({ context: { ...known, host_service } }) }),
      );
      expect(await run('models', 'train', file, '--detach', ...options)).toBe(0);
    };

    test.each([
      [
        true,
        false,
        /^note: USE_TRAINING_HOST_SERVICE=true .*start it with USE_TRAINING_HOST_SERVICE=true npm start\n$/,
      ],
      [
        false,
        true,
        /^note: USE_TRAINING_HOST_SERVICE=false .*without USE_TRAINING_HOST_SERVICE and TRAINING_QUEUE_URL\n$/,
      ],
      [true, true, /^$/],
      [false, false, /^$/],
      [undefined, true, /^$/],
      [undefined, false, /^$/],
      [true, null, /^$/],
    ])('%s while host_service is %s', async (wanted, actual, note) => {
      await train(wanted, actual);
      expect(context.stderr()).toMatch(note);
      expect(context.stdout()).toContain('Training started');
    });

    test('does not change the JSON on stdout', async () => {
      await train(true, false, '--json');
      expect(JSON.parse(context.stdout())).toMatchObject({ operation_id: 'op_1' });
      expect(context.stderr()).toMatch(/^note: /);
    });

    test('starts nothing if it is neither true nor false', async () => {
      context.wantsHostService = () => readWantsHostService({ USE_TRAINING_HOST_SERVICE: 'maybe' });
      await expect(run('models', 'train', file)).rejects.toMatchObject({ exitCode: 2 });
      await expect(run('operations', 'resume', 'op_1')).rejects.toMatchObject({ exitCode: 2 });
      expect(server.requests).toEqual([]);
    });

    test('does not fail the command if the API stops answering', async () => {
      context.wantsHostService = () => true;
      server.answers.set('POST /trainings/start', () => ({
        data: { operation_id: 'op_1', status: 'started', message: 'Training started' },
      }));
      server.answers.set('GET /operations/op_1', () => ({
        status: 503,
        error: { code: 'store_unavailable', message: 'Gone.' },
      }));
      expect(await run('models', 'train', file, '--detach')).toBe(0);
      expect(context.stderr()).toBe('');
    });
  });

  test('models train sends the text of the file and the given options, and nothing else', async () => {
    server.answers.set('POST /trainings/start', () => {
      return { data: { operation_id: 'op_1', status: 'started', message: 'Training started' } };
    });
    const options = ['--start-date', '2024-01-01', '--end-date', '2024-03-01', '--validation-split', '0.2'];
    const more = [
      '--data-mode',
      'local',
      '--seed',
      '7',
      '--seeds',
      '3',
      '--dry-run',
      '--detailed-analytics',
      '--detach',
    ];
    more.push('--walk-forward', '5', '--walk-forward-window', '2000', '--walk-forward-gap', '24');
    more.push('--priority', 'high');
    // the account name, if it is valid as the name of a queue user
    const { username } = userInfo();
    const user = USER_PATTERN.test(username) ? { user: username } : {};
    expect(await run('models', 'train', file, 'AAPL, GOOG', '1h,1d', ...options, ...more)).toBe(0);
    expect(await run('models', 'train', file, '--detach')).toBe(0);
    const starts = server.requests.filter(({ method }) => method === 'POST');
    expect(starts.map(({ body }) => body)).toEqual([
      {
        strategy: 'name: ä\n',
        strategy_file: file,
        symbols: ['AAPL', 'GOOG'],
        timeframes: ['1h', '1d'],
        start_date: '2024-01-01',
        end_date: '2024-03-01',
        validation_split: 0.2,
        data_mode: 'local',
        seed: 7,
        seeds: 3,
        dry_run: true,
        detailed_analytics: true,
        walk_forward: 5,
        walk_forward_window: 2000,
        walk_forward_gap: 24,
        priority: 'high',
        ...user,
      },
      { strategy: 'name: ä\n', strategy_file: file, ...user },
    ]);
  });

  describe('models train --detach warns if no host is available, and exits 0', () => {
    const HOST = { name: 'gpu-1', mode: 'queue', status: 'up', engines: [], engine_setting: null };
    const LOAD = { sessions_running: 0, sessions_max: 1, operations: [], last_heartbeat: null };
    const host = (change: object) => ({ ...HOST, ...LOAD, ...change });
    const QUEUE = 'npm run host -- --queue';

    test.each([
      [
        'no host in the queue',
        { mode: 'queue', hosts: [] },
        ['No host takes trainings from the queue', QUEUE],
      ],
      [
        'only hosts that do not respond',
        { mode: 'queue', hosts: [host({ status: 'silent' })] },
        ['No host of the queue responds', QUEUE],
      ],
      [
        'a host service that does not respond',
        { mode: 'host', hosts: [host({ name: 'http://gpu:5002', status: 'silent' })] },
        ['The training host at http://gpu:5002 does not respond', 'npm run host'],
      ],
    ])('%s', async (_, hosts, words) => {
      server.answers.set('POST /trainings/start', () => ({
        data: { operation_id: 'op_1', status: 'started', message: 'Training started' },
      }));
      server.answers.set('GET /hosts', () => ({ data: hosts }));
      expect(await run('models', 'train', file, '--detach')).toBe(0);
      expect(context.stdout()).toContain('ktrdr operations follow op_1');
      expect(context.stderr().trim().split('\n')).toHaveLength(1);
      for (const word of words) expect(context.stderr()).toContain(word);
    });

    test.each([
      ['a host is up', () => ({ data: { mode: 'queue', hosts: [host({}), host({ status: 'silent' })] } })],
      ['the API trains by itself', () => ({ data: { mode: 'local', hosts: [] } })],
      [
        'the API cannot list the hosts',
        () => ({ status: 500, error: { code: 'internal_error', message: 'x' } }),
      ],
    ])('and prints no warning if %s', async (_, answer) => {
      server.answers.set('POST /trainings/start', () => ({
        data: { operation_id: 'op_1', status: 'started', message: 'Training started' },
      }));
      server.answers.set('GET /hosts', answer);
      expect(await run('models', 'train', file, '--detach', '--json')).toBe(0);
      expect(context.stderr()).toBe('');
      expect(JSON.parse(context.stdout())).toMatchObject({ operation_id: 'op_1' });
    });
  });

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
    [['models', 'predict', 'a/1h_v1', '--timeframe', '1h'], "required option '--symbol <symbol>'"],
    [['indicators', 'compute', 'rsi', '--timeframe', '1h'], "required option '--symbol <symbol>'"],
  ])('%j is a usage error: exit 2', async (args, message) => {
    expect(await run(...args)).toBe(2);
    expect(context.stderr()).toContain(message);
    expect(context.stdout()).toBe('');
    expect(server.requests).toEqual([]);
  });

  test.each([[['--help']], [['models', 'train', '--help']], [['--version']]])(
    '%j is exit 0',
    async (args) => {
      expect(await run(...args)).toBe(0);
      expect(context.stderr()).toBe('');
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
    await expect(run(...args)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining(message),
    });
    expect(server.requests).toEqual([]);
  });

  test('an empty symbol between commas is rejected', async () => {
    await expect(run('models', 'train', file, 'AAPL,,GOOG')).rejects.toMatchObject({
      exitCode: 2,
      message: "'AAPL,,GOOG' has an empty symbol. Write several as A,B.",
    });
  });

  test('models list', async () => {
    server.answers.set('GET /models', () => ({ data: { models: [MODEL] } }));
    expect(await run('models', 'list')).toBe(0);
    expect(context.stdout().split('\n')).toEqual([
      '  model                symbols    verdict  accuracy  baseline  engine           created',
      expect.stringMatching(
        /^ {2}test_strategy\/1h_v3 {2}AAPL,GOOG {2}no edge {4}54\.2 % {4}51\.0 % {2}tensorflow-wasm {2}\S.*$/,
      ),
      '',
    ]);
  });

  test('models show', async () => {
    const details: ModelDetails = {
      summary: MODEL,
      metadata: {
        strategy_version: 'v3',
        architecture: '9-32-16-3',
        parameters_count: 899,
        classes: ['BUY', 'HOLD', 'SELL'],
        feature_count: 9,
        device: 'cpu',
        operation_id: 'op_training_1',
        start_date: '2024-01-02T14:00:00.000Z',
        end_date: '2024-03-01T20:00:00.000Z',
        synthetic_bars: true,
        output_type: 'classification',
        timeframes: ['1h'],
        range: { start: '2024-01-01', end: null },
        test_part: { start: '2024-02-20T14:00:00.000Z', end: '2024-03-01T20:00:00.000Z', rows: 63 },
        fingerprints: [{ symbol: 'AAPL', timeframe: '1h', sha256: 'ab'.repeat(32) }],
        versions: { ktrdr: '0.1.0', node: '20.19.0', engine: 'onnx (ONNX Runtime 1.30.0)' },
      },
      metrics: null,
      features: null,
      bars: [{ symbol: 'AAPL', timeframe: '1h', sha256: 'ab'.repeat(32), state: 'changed' }],
      files: ['metadata.json', 'model.onnx'],
    };
    server.answers.set('GET /models/test_strategy/1h_v3', () => ({ data: details }));
    expect(await run('models', 'show', 'test_strategy/1h_v3')).toBe(0);
    expect(context.stdout()).toContain('AAPL, GOOG 1h, 2024-01-02 14:00 to 2024-03-01 20:00 UTC');
    expect(context.stdout()).toContain('mlp 9-32-16-3, 899 parameters');
    expect(context.stdout()).toMatch(/test part +2024-02-20 14:00 to 2024-03-01 20:00 UTC, 63 rows\n/);
    expect(context.stdout()).toMatch(
      /bars +AAPL 1h abababababab {3}the file has changed since the training\n/,
    );
    expect(context.stdout()).toMatch(
      /made with +ktrdr 0\.1\.0, Node 20\.19\.0, onnx \(ONNX Runtime 1\.30\.0\)\n/,
    );
    expect(context.stdout()).not.toMatch(/undefined|null/);
  });

  test('models list --sort requests the order, and marks a model that cannot be used', async () => {
    const problem = 'It was stored in format 9. Update ktrdr.';
    server.answers.set('GET /models', () => ({
      data: { models: [{ ...MODEL, test_accuracy: null, baseline_accuracy: null, problem }] },
    }));
    expect(await run('models', 'list', '--sort', 'edge')).toBe(0);
    expect(server.requests[0]?.query).toEqual({ sort: 'edge' });
    expect(context.stdout()).toContain('AAPL,GOOG  no edge         -         -  tensorflow-wasm');
    expect(context.stdout()).toContain(`  test_strategy/1h_v3: ${problem}\n`);
  });

  test('models predict sends the given options and shows one line per bar', async () => {
    server.answers.set('POST /models/test_strategy/1h_v3/predict', () => ({
      data: {
        model: 'test_strategy/1h_v3',
        symbol: 'AAPL',
        timeframe: '1h',
        output_type: 'classification',
        classes: ['BUY', 'HOLD', 'SELL'],
        confidence_threshold: 0.6,
        edge: null,
        predictions: [
          {
            time: '2024-03-01T19:00:00Z',
            class: 'BUY',
            probabilities: { BUY: 0.55, HOLD: 0.4, SELL: 0.05 },
            value: null,
            decision: 'HOLD',
          },
          { time: '2024-03-01T20:00:00Z', class: null, probabilities: null, value: null, decision: null },
        ],
        warnings: ['1 bar without a prediction: features are missing there.'],
      },
    }));
    const asked = ['--symbol', 'AAPL', '--timeframe', '1h', '--last', '2', '--end-date', '2024-03-01'];
    expect(await run('models', 'predict', 'test_strategy/1h_v3', ...asked)).toBe(0);
    expect(server.requests[0]?.body).toEqual({
      symbol: 'AAPL',
      timeframe: '1h',
      last: 2,
      end_date: '2024-03-01',
    });
    expect(context.stdout()).toBe(
      [
        'test_strategy/1h_v3 on AAPL 1h: 2 bars, HOLD below 60.0 %',
        '',
        '  bar                   class     BUY    HOLD   SELL  decision',
        '  2024-03-01T19:00:00Z  BUY    55.0 %  40.0 %  5.0 %  HOLD',
        '  2024-03-01T20:00:00Z  -           -       -      -  -',
        '',
      ].join('\n'),
    );
    expect(context.stderr()).toBe('\n  warning: 1 bar without a prediction: features are missing there.\n');
  });

  test('models predict shows values for a regression, and no decision for classes other than BUY, HOLD and SELL', async () => {
    const answer = {
      model: 'a/1h_v1',
      symbol: 'AAPL',
      timeframe: '1h',
      output_type: 'regression',
      classes: [] as string[],
      confidence_threshold: null as number | null,
      edge: 0.0045,
      predictions: [
        {
          time: '2024-03-01T19:00:00Z',
          class: null as string | null,
          probabilities: null as object | null,
          value: -0.01234 as number | null,
          decision: 'SELL' as string | null,
        },
      ],
      warnings: [],
    };
    server.answers.set('POST /models/a/1h_v1/predict', () => ({ data: answer }));
    const asked = ['models', 'predict', 'a/1h_v1', '--symbol', 'AAPL', '--timeframe', '1h'];
    expect(await run(...asked)).toBe(0);
    expect(context.stdout()).toContain('1 bar, HOLD within ±0.450 %');
    expect(context.stdout()).toMatch(/19:00:00Z {2}-1\.234 % {2}SELL/);

    const [bar] = answer.predictions;
    answer.predictions = Array.from({ length: 1003 }, () => bar!);
    expect(await run(...asked)).toBe(0);
    expect(context.stdout()).toContain('the last 1,000 of 1,003 bars (use --json for all), HOLD within');
    expect(context.stdout().match(/SELL/g)).toHaveLength(1 + 1000);

    answer.predictions = [bar!];
    answer.output_type = 'context_classification';
    answer.classes = ['BULLISH', 'BEARISH'];
    answer.predictions[0] = {
      time: '2024-03-01T20:00:00Z',
      class: 'BULLISH',
      probabilities: { BULLISH: 0.75, BEARISH: 0.25 },
      value: null,
      decision: null,
    };
    expect(await run(...asked)).toBe(0);
    expect(context.stdout()).toMatch(/20:00:00Z {2}BULLISH +75\.0 % +25\.0 %\n/);
  });

  test('models compare shows metrics side by side, the best with a star, and the differences', async () => {
    const metric = (
      title: string,
      unit: ComparedMetric['unit'],
      values: (number | null)[],
      more: Partial<ComparedMetric> = {},
    ): ComparedMetric => ({
      name: title,
      title,
      unit,
      better: null,
      values,
      intervals: null,
      best: [],
      ...more,
    });
    const models = [MODEL, { ...MODEL, model: 'test_strategy/1h_v4', verdict: 'edge' as const }];
    const comparison: ModelComparison = {
      models,
      comparable: true,
      metrics: [
        metric('test accuracy', 'share', [0.5423, 0.6], { best: [1] }),
        metric('points above the best baseline', 'points', [0.03234, null], {
          intervals: [[-0.0004, 0.06], null],
        }),
        metric('net return', 'share', [0.031, -0.2]),
        metric('Sharpe ratio', 'ratio', [0.421, -0.01234], {
          intervals: [
            [-0.9, 1.703],
            [-2, 1],
          ],
        }),
        metric('random entries that earned as much', 'share', [0.333333, 0.5]),
        metric('break-even cost of a trade', 'basis_points', [7.512, -3]),
        metric('test loss', 'value', [0.912345, 1.2]),
        metric('parameters', 'count', [1234, 899]),
      ],
      differences: [
        { about: 'data', name: 'symbols', values: ['AAPL', 'AAPL, GOOG'] },
        ...Array.from({ length: 14 }, (_, index) => ({
          about: 'features' as const,
          name: `1h_f${index}`,
          values: ['yes', null],
        })),
        { about: 'settings', name: 'training.epochs', values: ['3', '50'] },
      ],
      warnings: ['The models have different losses: their values cannot be compared.'],
    };
    server.answers.set('GET /models/compare', () => ({ data: comparison }));
    expect(await run('models', 'compare', 'test_strategy/1h_v3', 'test_strategy/1h_v4')).toBe(0);
    expect(server.requests[0]?.query).toEqual({ models: 'test_strategy/1h_v3,test_strategy/1h_v4' });
    const shown = context.stdout();
    expect(shown).toMatch(/test accuracy +54\.2 % +60\.0 % \*\n/);
    expect(shown).toMatch(/verdict +no edge +edge\n/);
    expect(shown).toMatch(/points above the best baseline +3\.2 +-\n +95 % interval +0\.0 to 6\.0 +-\n/);
    expect(shown).toMatch(/net return +3\.1 % +-20\.0 %\n/);
    expect(shown).toMatch(
      /Sharpe ratio +0\.42 +-0\.012\n +95 % interval +-0\.90 to 1\.70 +-2\.00 to 1\.00\n/,
    );
    expect(shown).toMatch(/random entries that earned as much +33\.3 % +50\.0 %\n/);
    expect(shown).toMatch(/break-even cost of a trade +7\.5 bps +-3\.0 bps\n/);
    expect(shown).toMatch(/test loss +0\.9123 +1\.2\n/);
    expect(shown).toMatch(/parameters +1,234 +899\n/);
    expect(shown).toMatch(/symbols +AAPL +AAPL, GOOG\n/);
    expect(shown).toMatch(/1h_f11 +yes +-\n {2}and 2 more; use --json for all\n/);
    expect(shown).toMatch(/training\.epochs +3 +50\n/);
    expect(context.stderr()).toBe(`\n  warning: ${comparison.warnings[0]}\n`);

    server.answers.set('GET /models/compare', () => ({
      data: { ...comparison, differences: [], warnings: [] },
    }));
    expect(await run('models', 'compare', 'test_strategy/1h_v3', 'test_strategy/1h_v4')).toBe(0);
    expect(context.stdout()).toContain('No differences');
  });

  describe('models delete', () => {
    const deleted = ['models', 'delete', 'test_strategy/1h_v3'];
    beforeEach(() => {
      server.answers.set('DELETE /models/test_strategy/1h_v3', () => ({
        data: { model: 'test_strategy/1h_v3' },
      }));
    });

    test('refuses without --yes if there is no terminal to ask', async () => {
      await expect(run(...deleted)).rejects.toMatchObject({
        exitCode: 2,
        message: expect.stringContaining('add --yes'),
      });
      expect(server.requests).toEqual([]);
    });

    test('--yes deletes without a question', async () => {
      expect(await run(...deleted, '--yes')).toBe(0);
      expect(context.stdout()).toBe('Deleted test_strategy/1h_v3.\n');
      expect(context.stderr()).toBe('');
    });

    test.each([
      ['y\n', 0, 1],
      ['what?\nYES\n', 0, 1],
      ['\n', 130, 0],
      ['no\n', 130, 0],
      ['', 130, 0],
    ])('%j on a terminal: exit %i, %i request', async (typed, exitCode, requests) => {
      context.input.isTTY = true;
      context.input.end(typed);
      expect(await run(...deleted)).toBe(exitCode);
      expect(server.requests).toHaveLength(requests);
      expect(context.stderr()).toContain('Delete test_strategy/1h_v3 permanently? [y/N] ');
    });
  });

  test('operations list shows the operations and the offset of the next page', async () => {
    server.answers.set('GET /operations', () => ({
      data: { operations: [operation()], total_count: 3, active_count: 1 },
    }));
    expect(await run('operations', 'list', '--limit', '1')).toBe(0);
    expect(context.stdout()).toContain('op_dummy_20261123T101500_k3f9  running 0.0%');
    expect(context.stdout()).toContain('1 to 1 of 3 operations (next: --offset 1), 1 active');
  });

  test.each([
    [
      operation({ status: 'failed', resumable: true, error: { code: 'interrupted', message: '' } }),
      'interrupted, resumable',
    ],
    [operation({ status: 'failed', error: { code: 'interrupted', message: '' } }), 'interrupted'],
    [operation({ status: 'cancelled', resumable: true }), 'cancelled, resumable'],
    [operation({ status: 'failed', error: { code: 'disk_full', message: '' } }), 'failed'],
  ])('operations list marks resumable operations: %#', async (ended, words) => {
    server.answers.set('GET /operations', () => ({
      data: { operations: [ended], total_count: 1, active_count: 0 },
    }));
    expect(await run('operations', 'list')).toBe(0);
    expect(context.stdout()).toMatch(new RegExp(`${ended.operation_id} {2}${words} {2,}`));
  });

  test('operations list says what an import and a download bring, not their last step', async () => {
    const symbols = ['A', 'BTC/USDT', 'C', 'D', 'E'];
    const ofImport: ImportMetadata = { parameters: {}, file: 'all.zip', symbols };
    const ofDownload: DownloadMetadata = {
      parameters: {},
      symbol: 'BTC/USDT',
      timeframe: '1h',
      source: 'binance',
    };
    const operations = [
      operation({ operation_type: 'import', metadata: ofImport }),
      operation({ operation_type: 'download', metadata: ofDownload }),
    ];
    server.answers.set('GET /operations', () => ({ data: { operations, total_count: 2, active_count: 2 } }));
    expect(await run('operations', 'list')).toBe(0);
    expect(context.stdout()).toMatch(/ {2}all\.zip: A,BTC\/USDT,C and 2 more\n/);
    expect(context.stdout()).toMatch(/ {2}BTC\/USDT 1h from binance\n/);
  });

  test('operations show', async () => {
    const { operation_id } = server.set(operation({ warnings: ['A warning.'] }));
    expect(await run('operations', 'show', operation_id)).toBe(0);
    expect(context.stdout()).toContain('  status      running\n');
    expect(context.stdout()).toContain('  warning: A warning.\n');
    expect(context.stdout()).not.toMatch(/undefined|null/);
  });

  test('operations show of a cancelled operation shows the reason', async () => {
    const { operation_id } = server.set(operation({ status: 'cancelled', cancel_reason: 'wrong file' }));
    expect(await run('operations', 'show', operation_id)).toBe(0);
    expect(context.stdout()).toMatch(/^ {2}reason +wrong file$/m);
  });

  test('operations show of a failed operation shows the message and the code', async () => {
    const error = { code: 'disk_full', message: 'The disk is full.' } as const;
    const { operation_id } = server.set(operation({ status: 'failed', error }));
    expect(await run('operations', 'show', operation_id)).toBe(0);
    expect(context.stdout()).toContain('  error       The disk is full.\n  code        disk_full\n');
    expect(await run('operations', 'show', operation_id, '--verbose')).toBe(0);
    expect(context.stdout().match(/disk_full/g)).toHaveLength(2);
  });

  test('operations show of a later attempt shows the history', async () => {
    const { operation_id } = server.set(operation({ attempt: 2 }));
    server.answers.set(`GET /operations/${operation_id}/history`, () => ({
      data: {
        operation_id,
        history: [
          { at: '2026-11-23T10:15:00.000Z', attempt: 1, status: 'failed', cause: 'interrupted: gone' },
          { at: '2026-11-23T10:16:00.000Z', attempt: 2, status: 'running', cause: null },
        ],
      },
    }));
    expect(await run('operations', 'show', operation_id)).toBe(0);
    expect(context.stdout()).toMatch(/2026-11-23 10:15 +1 +failed +interrupted: gone\n/);
  });

  describe('operations prune', () => {
    const prune = ['operations', 'prune', '--older-than', '30'];

    test('refuses without --yes if there is no terminal to ask', async () => {
      await expect(run(...prune)).rejects.toMatchObject({
        exitCode: 2,
        message: expect.stringContaining('ended more than 30 days ago cannot be undone'),
      });
      expect(server.requests).toEqual([]);
    });

    test('--yes removes operations and prints their number', async () => {
      server.answers.set('DELETE /operations', ({ query }) => ({
        data: { removed: query['older_than_days'] === '30' ? 2 : 0 },
      }));
      expect(await run(...prune, '--yes')).toBe(0);
      expect(context.stdout()).toBe('Removed 2 operations.\n');
    });
  });

  test('data sample', async () => {
    server.answers.set('POST /data/sample', () => ({
      data: {
        symbol: 'AAPL',
        timeframe: '1h',
        file: 'AAPL_1h.csv',
        path: '/bars/AAPL_1h.csv',
        rows: 3497,
        first: '2023-01-02T14:00:00.000Z',
        last: '2024-12-31T20:00:00.000Z',
        synthetic: true,
        source: null,
      },
    }));
    expect(await run('data', 'sample', 'AAPL', '1h', '--seed', '3', '--overwrite')).toBe(0);
    expect(server.requests[0]?.body).toEqual({ symbol: 'AAPL', timeframe: '1h', seed: 3, overwrite: true });
    expect(context.stdout()).toBe(
      'AAPL 1h: 3,497 rows of synthetic bars, 2023-01-02 14:00 to 2024-12-31 20:00 UTC, in /bars/AAPL_1h.csv\n',
    );
  });

  describe('data check', () => {
    const report = { symbol: 'XYZ', timeframe: '1d', bars: 1700, start: '2014-07-01', end: '2021-03-31' };
    const split = {
      kind: 'split',
      severity: 'warning',
      message: 'The price jumps 2 times.',
      bars: 2,
      share: 0.001,
      first: '2018-01-26',
      last: '2019-01-26',
      examples: [
        { time: '2018-01-26', text: 'from 171.1 to 43: like a split 4:1' },
        { time: '2019-01-26', text: 'from 50 to 25: like a split 2:1' },
      ],
    };
    const refused = {
      ...split,
      kind: 'refused',
      severity: 'error',
      message: 'C_4h.csv:9: wrong',
      examples: [],
    };

    test('shows every finding with its places, and the files without one', async () => {
      server.answers.set('GET /data/check', () => ({
        data: {
          reports: [
            {
              ...report,
              file: 'XYZ_1d.csv',
              findings: [split, { ...split, severity: 'note', examples: [split.examples[0]] }],
            },
            { ...report, file: 'ABC_1d.csv', findings: [] },
          ],
        },
      }));
      // across a split, results are wrong
      expect(await run('data', 'check', 'XYZ', '1d')).toBe(1);
      expect(server.requests[0]?.query).toEqual({ symbol: 'XYZ', timeframe: '1d' });
      expect(context.stdout()).toBe(
        [
          'XYZ_1d.csv   1,700 bars, 2014-07-01 to 2021-03-31',
          '  warning: The price jumps 2 times.',
          '      2018-01-26   from 171.1 to 43: like a split 4:1',
          '      2019-01-26   from 50 to 25: like a split 2:1',
          '  note: The price jumps 2 times.',
          '',
          'Nothing unusual:',
          '  file        first (UTC)  last (UTC)   bars',
          '  ABC_1d.csv  2014-07-01   2021-03-31  1,700',
          '',
        ].join('\n'),
      );
    });

    test.each([
      ['split', 'note'],
      ['bad_print', 'warning'],
      ['missing_bars', 'warning'],
    ])('does not fail for %s as a %s', async (kind, severity) => {
      const findings = [{ ...split, kind, severity }];
      const reports = [{ ...report, file: 'XYZ_1d.csv', findings }];
      server.answers.set('GET /data/check', () => ({ data: { reports } }));
      expect(await run('data', 'check')).toBe(0);
    });

    test('fails if a file cannot be read; --json prints the reports', async () => {
      const reports = [{ ...report, bars: 0, start: null, end: null, file: 'C_4h.csv', findings: [refused] }];
      server.answers.set('GET /data/check', () => ({ data: { reports } }));
      expect(await run('data', 'check')).toBe(1);
      expect(context.stdout()).toBe('C_4h.csv\n  error: C_4h.csv:9: wrong\n');
      expect(await run('data', 'check', '--json')).toBe(1);
      expect(context.stdout()).toContain(JSON.stringify({ reports }, null, 2));
    });

    test('says where bars belong if there are none', async () => {
      server.answers.set('GET /data/check', () => ({ data: { reports: [] } }));
      expect(await run('data', 'check')).toBe(0);
      expect(context.stdout()).toContain('DATA_DIR');
    });
  });

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
    server.answers.set('GET /strategies', () => ({
      data: {
        strategies: [
          { ...strategy, valid: true, errors: 0, warnings: 1 },
          { ...strategy, name: 'b', version: null, valid: false, errors: 2, warnings: 0 },
        ],
      },
    }));
    expect(await run('strategies', 'list')).toBe(0);
    expect(context.stdout()).toContain('a         v3       AAPL     1h          valid, 1 warning');
    expect(context.stdout()).toContain('b         -        AAPL     1h          2 errors');
  });

  test('strategies validate prints every problem with its position and exits 2', async () => {
    server.answers.set('POST /strategies/validate', () => ({
      data: {
        valid: false,
        name: 'a',
        version: 'v3',
        issues: [ISSUE, { ...ISSUE, severity: 'warning', line: null, column: null, path: '' }],
      },
    }));
    expect(await run('strategies', 'validate', file)).toBe(2);
    expect(context.stdout()).toBe(
      [
        "a.yaml:12:5 model.type: 'gru' is not a model; there is: mlp.",
        "a.yaml: warning: 'gru' is not a model; there is: mlp.",
        `${file}: not valid, 1 error, 1 warning`,
        '',
      ].join('\n'),
    );
  });

  test('strategies validate continues after an unreadable file', async () => {
    server.answers.set('POST /strategies/validate', () => ({
      data: { valid: true, name: 'a', version: 'v3', issues: [] },
    }));
    const nowhere = join(folder, 'nowhere.yaml');
    expect(await run('strategies', 'validate', nowhere, file)).toBe(2);
    expect(context.stdout()).toBe(`${file}: valid (v3)\n`);
    expect(context.stderr()).toContain(`There is no file ${nowhere}`);
    expect(await run('strategies', 'validate', nowhere, file, '--json')).toBe(2);
    const answers: unknown = JSON.parse(context.stdout().slice(context.stdout().indexOf('[')));
    expect(answers).toMatchObject([
      { file: nowhere, valid: false, issues: [{ message: expect.stringContaining('There is no file') }] },
      { file, valid: true },
    ]);
  });

  test('strategies validate of a valid file exits 0', async () => {
    server.answers.set('POST /strategies/validate', () => ({
      data: { valid: true, name: 'a', version: 'v3', issues: [] },
    }));
    expect(await run('strategies', 'validate', file)).toBe(0);
    expect(context.stdout()).toBe(`${file}: valid (v3)\n`);
  });

  test.each([[[]], [['--json']]])(
    'strategies validate %j of a file that cannot be read checks the others',
    async (json) => {
      server.answers.set('POST /strategies/validate', () => ({
        data: { valid: true, name: 'a', version: 'v3', issues: [] },
      }));
      expect(await run('strategies', 'validate', 'nowhere.yaml', file, ...json)).toBe(2);
      expect(`${context.stderr()}${context.stdout()}`).toContain('There is no file nowhere.yaml');
      if (json.length === 0) expect(context.stdout()).toBe(`${file}: valid (v3)\n`);
      else
        expect(JSON.parse(context.stdout())).toMatchObject([
          { file: 'nowhere.yaml', valid: false },
          { file, valid: true },
        ]);
    },
  );

  test('strategies migrate prints only the migrated file on stdout; notes and warnings go to stderr', async () => {
    server.answers.set('POST /strategies/migrate', () => ({
      data: {
        strategy: 'name: a\nversion: "3.0"\n',
        name: 'a',
        from: 'v2',
        notes: ['No lags.'],
        issues: [{ ...ISSUE, severity: 'warning' }],
      },
    }));
    expect(await run('strategies', 'migrate', file)).toBe(0);
    expect(server.requests.map(({ body }) => body)).toEqual([{ strategy: 'name: ä\n', strategy_file: file }]);
    expect(context.stdout()).toBe('name: a\nversion: "3.0"\n');
    expect(context.stderr()).toBe(
      "No lags.\na.yaml:12:5 model.type: warning: 'gru' is not a model; there is: mlp.\n",
    );
  });

  test('indicators compute sends the given options and shows the last rows', async () => {
    const bars = Array.from({ length: 30 }, (_, t) => t);
    server.answers.set('POST /indicators/compute', () => ({
      data: {
        symbol: 'AAPL',
        timeframe: '1h',
        type: 'macd',
        params: { fast_period: 5, source: 'high' },
        timestamps: bars.map((t) => `2024-01-${String(t + 1).padStart(2, '0')}`),
        outputs: {
          line: bars.map((t) => (t < 12 ? null : 1.07083 + t / 3)),
          signal: bars.map(() => -123_456_789),
        },
        warnings: ['adjust has no effect: it is so'],
      },
    }));
    const more = ['--params', 'fast_period=5, source=high,adjust=false', '--start-date', '2024-01-01'];
    expect(await run(...COMPUTE, ...more)).toBe(0);
    expect(server.requests.map(({ body }) => body)).toEqual([
      {
        symbol: 'AAPL',
        timeframe: '1h',
        type: 'macd',
        params: { fast_period: 5, source: 'high', adjust: false },
        start_date: '2024-01-01',
      },
    ]);
    const lines = context.stdout().split('\n');
    expect(lines[0]).toBe(
      'macd (fast_period 5, source high) of AAPL 1h: the last 20 of 30 bars; use --json for all',
    );
    expect(lines[2]).toBe('  bar              line      signal');
    expect(lines[3]).toBe('  2024-01-11          -  -123456789');
    expect(lines[5]).toBe('  2024-01-13    5.07083  -123456789');
    expect(lines).toHaveLength(3 + 20 + 1);
    expect(context.stderr()).toBe('\n  warning: adjust has no effect: it is so\n');
  });

  test('indicators list shows parameters with defaults, except those without effect', async () => {
    const parameter = {
      min: 1,
      max: 9,
      min_exclusive: false,
      max_exclusive: false,
      options: null,
      aliases: [],
    };
    server.answers.set('GET /indicators', () => ({
      data: {
        indicators: [
          {
            type: 'aroon',
            summary: 'How recent extremes are',
            aliases: [],
            parameters: [
              { ...parameter, name: 'period', kind: 'whole', default: 14, no_effect: null },
              { ...parameter, name: 'include', kind: 'flag', default: true, no_effect: 'always there' },
            ],
            outputs: ['up', 'down'],
            warm_up: [14, 14],
            look_ahead: null,
          },
        ],
      },
    }));
    expect(await run('indicators', 'list')).toBe(0);
    expect(context.stdout()).toBe(
      [
        '  type   parameters  outputs   about',
        '  aroon  period 14   up, down  How recent extremes are',
        '',
      ].join('\n'),
    );
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
    server.answers.set(route, () => ({ data }));
    expect(await run(...args, '--json')).toBe(0);
    expect(JSON.parse(context.stdout())).toEqual(data);
  });
});
