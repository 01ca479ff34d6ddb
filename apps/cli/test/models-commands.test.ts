import { beforeEach, describe, expect, test } from '@jest/globals';
import type { ComparedMetric, ModelComparison, ModelDetails, ModelSummary } from '@ktrdr/contracts';
import { commandLine } from './command-line.js';

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

describe('commands of models', () => {
  const cli = commandLine();

  test('models list', async () => {
    cli.server.answers.set('GET /models', () => ({ data: { models: [MODEL] } }));
    expect(await cli.run('models', 'list')).toBe(0);
    expect(cli.context.stdout().split('\n')).toEqual([
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
    cli.server.answers.set('GET /models/test_strategy/1h_v3', () => ({ data: details }));
    expect(await cli.run('models', 'show', 'test_strategy/1h_v3')).toBe(0);
    expect(cli.context.stdout()).toContain('AAPL, GOOG 1h, 2024-01-02 14:00 to 2024-03-01 20:00 UTC');
    expect(cli.context.stdout()).toContain('mlp 9-32-16-3, 899 parameters');
    expect(cli.context.stdout()).toMatch(/test part +2024-02-20 14:00 to 2024-03-01 20:00 UTC, 63 rows\n/);
    expect(cli.context.stdout()).toMatch(
      /bars +AAPL 1h abababababab {3}the file has changed since the training\n/,
    );
    expect(cli.context.stdout()).toMatch(
      /made with +ktrdr 0\.1\.0, Node 20\.19\.0, onnx \(ONNX Runtime 1\.30\.0\)\n/,
    );
    expect(cli.context.stdout()).not.toMatch(/undefined|null/);
  });

  test('models list --sort requests the order, and marks a model that cannot be used', async () => {
    const problem = 'It was stored in format 9. Update ktrdr.';
    cli.server.answers.set('GET /models', () => ({
      data: { models: [{ ...MODEL, test_accuracy: null, baseline_accuracy: null, problem }] },
    }));
    expect(await cli.run('models', 'list', '--sort', 'edge')).toBe(0);
    expect(cli.server.requests[0]?.query).toEqual({ sort: 'edge' });
    expect(cli.context.stdout()).toContain('AAPL,GOOG  no edge         -         -  tensorflow-wasm');
    expect(cli.context.stdout()).toContain(`  test_strategy/1h_v3: ${problem}\n`);
  });

  test('models predict sends the given options and shows one line per bar', async () => {
    cli.server.answers.set('POST /models/test_strategy/1h_v3/predict', () => ({
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
    expect(await cli.run('models', 'predict', 'test_strategy/1h_v3', ...asked)).toBe(0);
    expect(cli.server.requests[0]?.body).toEqual({
      symbol: 'AAPL',
      timeframe: '1h',
      last: 2,
      end_date: '2024-03-01',
    });
    expect(cli.context.stdout()).toBe(
      [
        'test_strategy/1h_v3 on AAPL 1h: 2 bars, HOLD below 60.0 %',
        '',
        '  bar                   class     BUY    HOLD   SELL  decision',
        '  2024-03-01T19:00:00Z  BUY    55.0 %  40.0 %  5.0 %  HOLD',
        '  2024-03-01T20:00:00Z  -           -       -      -  -',
        '',
      ].join('\n'),
    );
    expect(cli.context.stderr()).toBe(
      '\n  warning: 1 bar without a prediction: features are missing there.\n',
    );
  });

  test('models predict takes the symbol and the timeframe of the model, and asks for one of several symbols', async () => {
    const answer = {
      model: 'a/1h_v1',
      symbol: 'AAPL',
      timeframe: '1h',
      classes: [],
      predictions: [],
      warnings: [],
    };
    cli.server.answers.set('POST /models/a/1h_v1/predict', () => ({ data: answer }));
    const trainedOn = (...symbols: string[]): void => {
      const summary = { ...MODEL, model: 'a/1h_v1', symbols };
      cli.server.answers.set('GET /models/a/1h_v1', () => ({ data: { summary } }));
    };
    trainedOn('AAPL');
    expect(await cli.run('models', 'predict', 'a/1h_v1', '--quiet')).toBe(0);
    expect(cli.server.requests.at(-1)?.body).toEqual({ symbol: 'AAPL', timeframe: '1h' });
    trainedOn('AAPL', 'GOOG');
    await expect(cli.run('models', 'predict', 'a/1h_v1', '--quiet')).rejects.toMatchObject({
      exitCode: 2,
      message: 'a/1h_v1 was trained on AAPL, GOOG. Choose one with --symbol.',
    });
    expect(await cli.run('models', 'predict', 'a/1h_v1', '--symbol', 'MSFT', '--quiet')).toBe(0);
    expect(cli.server.requests.at(-1)?.body).toEqual({ symbol: 'MSFT', timeframe: '1h' });
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
    cli.server.answers.set('POST /models/a/1h_v1/predict', () => ({ data: answer }));
    const asked = ['models', 'predict', 'a/1h_v1', '--symbol', 'AAPL', '--timeframe', '1h'];
    expect(await cli.run(...asked)).toBe(0);
    expect(cli.context.stdout()).toContain('1 bar, HOLD within ±0.450 %');
    expect(cli.context.stdout()).toMatch(/19:00:00Z {2}-1\.234 % {2}SELL/);

    const [bar] = answer.predictions;
    answer.predictions = Array.from({ length: 1003 }, () => bar!);
    expect(await cli.run(...asked)).toBe(0);
    expect(cli.context.stdout()).toContain('the last 1,000 of 1,003 bars (use --json for all), HOLD within');
    expect(cli.context.stdout().match(/SELL/g)).toHaveLength(1 + 1000);

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
    expect(await cli.run(...asked)).toBe(0);
    expect(cli.context.stdout()).toMatch(/20:00:00Z {2}BULLISH +75\.0 % +25\.0 %\n/);
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
    cli.server.answers.set('GET /models/compare', () => ({ data: comparison }));
    expect(await cli.run('models', 'compare', 'test_strategy/1h_v3', 'test_strategy/1h_v4')).toBe(0);
    expect(cli.server.requests[0]?.query).toEqual({ models: 'test_strategy/1h_v3,test_strategy/1h_v4' });
    const shown = cli.context.stdout();
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
    expect(cli.context.stderr()).toBe(`\n  warning: ${comparison.warnings[0]}\n`);

    cli.server.answers.set('GET /models/compare', () => ({
      data: { ...comparison, differences: [], warnings: [] },
    }));
    expect(await cli.run('models', 'compare', 'test_strategy/1h_v3', 'test_strategy/1h_v4')).toBe(0);
    expect(cli.context.stdout()).toContain('No differences');
  });

  describe('models delete', () => {
    const deleted = ['models', 'delete', 'test_strategy/1h_v3'];
    beforeEach(() => {
      cli.server.answers.set('DELETE /models/test_strategy/1h_v3', () => ({
        data: { model: 'test_strategy/1h_v3' },
      }));
    });

    test('refuses without --yes if there is no terminal to ask', async () => {
      await expect(cli.run(...deleted)).rejects.toMatchObject({
        exitCode: 2,
        message: expect.stringContaining('add --yes'),
      });
      expect(cli.server.requests).toEqual([]);
    });

    test('--yes deletes without a question', async () => {
      expect(await cli.run(...deleted, '--yes')).toBe(0);
      expect(cli.context.stdout()).toBe('Deleted test_strategy/1h_v3.\n');
      expect(cli.context.stderr()).toBe('');
    });

    test.each([
      ['y\n', 0, 1],
      ['what?\nYES\n', 0, 1],
      ['\n', 130, 0],
      ['no\n', 130, 0],
      ['', 130, 0],
    ])('%j on a terminal: exit %i, %i request', async (typed, exitCode, requests) => {
      cli.context.input.isTTY = true;
      cli.context.input.end(typed);
      expect(await cli.run(...deleted)).toBe(exitCode);
      expect(cli.server.requests).toHaveLength(requests);
      expect(cli.context.stderr()).toContain('Delete test_strategy/1h_v3 permanently? [y/N] ');
    });
  });
});
