import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { KtrdrError, TrainingProgressUpdate } from '@ktrdr/contracts';
import {
  train,
  TrainingCancelledError,
  type TrainingRunOutcome,
  type TrainingRunRequest,
} from '@ktrdr/trainer';
import {
  strategyText,
  trainingRequest,
  type Workplace,
  workplace,
  writeBars,
  engineChoice,
} from './fixtures/training.js';

let place: Workplace;

beforeAll(async () => {
  place = await workplace();
  await writeBars(place.dataDir, 'AAA', '1h', 1500);
  await writeBars(place.dataDir, 'BBB', '1h', 1200);
  await writeBars(place.dataDir, 'AAA', '4h', 375);
  await writeBars(place.dataDir, 'BBB', '4h', 300);
  await writeBars(place.dataDir, 'AAA', '1w', 8);
  await writeBars(place.dataDir, 'FEW', '1h', 60);
  await writeBars(place.dataDir, 'FAKE', '1h', 600, '# synthetic bars');
});
afterAll(() => place.remove());

const updates: TrainingProgressUpdate[] = [];

/** In this process, and only as far as the parts of the data set, unless told otherwise. */
function prepare(
  changes: Partial<TrainingRunRequest> = {},
  signal = new AbortController().signal,
): Promise<TrainingRunOutcome> {
  updates.length = 0;
  return train(trainingRequest(place, { dry_run: true, ...changes }), {
    signal,
    onProgress: (update) => updates.push(update),
    clock: { now: () => Date.now() },
  });
}

describe('a dry run', () => {
  test('prepares the data but trains and writes nothing', async () => {
    const { result } = await prepare();
    expect(result).toMatchObject({ training_metrics: null, test_metrics: null, model_info: null });
    expect(result.data_summary.train_samples).toBeGreaterThan(500);
    expect(updates.at(-1)).toMatchObject({ phase: 'splitting', phase_fraction: 1 });
    expect(await readdir(place.outputDir)).toEqual([]);
  });

  test('ends between phases after a cancel', async () => {
    await expect(prepare({}, AbortSignal.abort())).rejects.toBeInstanceOf(TrainingCancelledError);
    expect(updates.map(({ phase }) => phase)).toEqual(['loading bars']);
  });
});

describe('the dataset', () => {
  test('has rows of each symbol, features of each timeframe and a fingerprint of each file', async () => {
    const text = strategyText({ symbols: ['AAA', 'BBB'], timeframes: ['1h', '4h'] });
    const { data_summary: data } = (await prepare({ strategy: text })).result;
    const [one, other] = await Promise.all(
      ['AAA', 'BBB'].map(
        async (symbol) => (await prepare({ strategy: text, symbols: [symbol] })).result.data_summary,
      ),
    );
    expect(data.total_samples).toBe(one!.total_samples + other!.total_samples);
    expect(data.features).toContain('4h_momentum_high');
    expect(data.fingerprints).toHaveLength(4);
  });

  test('begins at the start date: earlier bars warm up indicators and are not rows', async () => {
    const { result } = await prepare({ start_date: '2024-01-05', end_date: '2024-02-10' });
    expect(result.data_summary.start_date).toBe('2024-01-05T00:00:00.000Z');
    expect(result.data_summary.end_date < '2024-02-11').toBe(true);
    expect(result.session_info).toMatchObject({ start_date: '2024-01-05', end_date: '2024-02-10' });
  });

  test("uses the file's dates if the request has none", async () => {
    const more = '  date_range: { start: "2024-01-06", end: "2024-02-09" }\n';
    const { result } = await prepare({ strategy: strategyText({ more }), end_date: '2024-02-08' });
    expect(result.session_info).toMatchObject({ start_date: '2024-01-06', end_date: '2024-02-08' });
    expect(result.data_summary.start_date).toBe('2024-01-06T00:00:00.000Z');
  });

  test('uses the last closed bar of a timeframe without bars inside the range', async () => {
    const text = strategyText({ timeframes: ['1h', '1w'], threshold: 0.005 }).replace(
      'rsi_14: { type: rsi, period: 14 }',
      'rsi_14: { type: rsi, period: 2 }',
    );
    const { result } = await prepare({ strategy: text, start_date: '2024-02-20', end_date: '2024-02-25' });
    expect(result.data_summary.features).toContain('1w_momentum_low');
    expect(result.data_summary.start_date).toBe('2024-02-20T00:00:00.000Z');
  });

  test('keeps the test part and divides the other rows by the validation split', async () => {
    const [usual, divided] = [(await prepare()).result, (await prepare({ validation_split: 0.4 })).result];
    const { train_samples, validation_samples, test_samples } = divided.data_summary;
    expect(test_samples).toBe(usual.data_summary.test_samples);
    expect(validation_samples / (train_samples + validation_samples)).toBeCloseTo(0.4, 1);
  });

  test('causes warnings: synthetic bars, constant inputs, inputs outside their range', async () => {
    const text = strategyText({ symbols: ['FAKE'] }).replace('high: [50, 75, 100]', 'high: [150, 175, 200]');
    const { result, warnings } = await prepare({ strategy: text });
    expect(result.data_summary.synthetic).toBe(true);
    expect(warnings).toEqual([
      expect.stringContaining('FAKE_1h.csv: synthetic bars'),
      expect.stringContaining('Input 1h_momentum_high is always 0'),
      expect.stringMatching(
        /Input 1h_rsi_14_raw is outside the training part's range in \d+ of \d+ later rows/,
      ),
    ]);
  });
});

describe('errors and warnings', () => {
  const fails = async (changes: Partial<TrainingRunRequest>, code: string): Promise<KtrdrError> => {
    const error: unknown = await prepare(changes).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code });
    return error as KtrdrError;
  };

  test('two days: how many rows there are, how many training needs, and a range that is long enough', async () => {
    const error = await fails({ start_date: '2024-01-10', end_date: '2024-01-11' }, 'not_enough_bars');
    expect(error.message).toMatch(
      /Not enough bars: training needs 50 rows and there (is|are) \d+\. AAA 1h has 48 bars/,
    );
    const { suggested_range: range } = error.details as {
      suggested_range: { start_date: string; end_date: string };
    };
    expect(error.message).toContain(`This range is long enough: ${range.start_date} to ${range.end_date}.`);
    const { result } = await prepare({ start_date: range.start_date, end_date: range.end_date });
    const { train_samples, validation_samples, test_samples } = result.data_summary;
    expect(Math.min(train_samples, validation_samples, test_samples)).toBeGreaterThanOrEqual(10);
  });

  test('a short range trains, or fails with a reason and a range that works', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 55 }),
        fc.integer({ min: 0, max: 9 }),
        fc.constantFrom(0.005, 0.02, 0.06),
        async (first, length, threshold) => {
          const day = (number: number): string =>
            new Date(Date.UTC(2024, 0, number)).toISOString().slice(0, 10);
          const text = strategyText({ threshold });
          const dates = { start_date: day(first), end_date: day(first + length) };
          const error: unknown = await prepare({ strategy: text, ...dates }).then(
            () => null,
            (reason: unknown) => reason,
          );
          if (error === null) return;
          const { code, message, details } = error as KtrdrError;
          expect(['not_enough_bars', 'empty_split', 'one_class_only']).toContain(code);
          expect(message).toMatch(
            /\. (This range is long enough: [-\d]+ to [-\d]+|A longer range does not help: .* zigzag_threshold to [.\d]+ .*|Neither a longer range .*)\.$/,
          );
          expect(message).not.toContain('Take a longer range');
          const { suggested_range: range, suggested_zigzag_threshold: lower } = details as {
            suggested_range: { start_date: string; end_date: string } | null;
            suggested_zigzag_threshold: number | null;
          };
          if (range === null && lower === null) return;
          const { result, warnings } = await prepare(
            range === null
              ? {
                  strategy: strategyText({ threshold: lower! }),
                  ...(message.includes('all of them') ? {} : dates),
                }
              : { strategy: text, start_date: range.start_date, end_date: range.end_date },
          );
          const { train_samples, validation_samples, test_samples } = result.data_summary;
          expect(Math.min(train_samples, validation_samples, test_samples)).toBeGreaterThanOrEqual(10);
          expect(warnings.join()).not.toContain('too few for meaningful metrics');
        },
      ),
      { numRuns: 25 },
    );
  });

  test('labels without turning points: suggests a threshold that works', async () => {
    const error = await fails({ strategy: strategyText({ threshold: 0.9 }) }, 'not_enough_bars');
    const { suggested_zigzag_threshold: threshold } = error.details as { suggested_zigzag_threshold: number };
    expect(error.message).toContain(
      `A longer range does not help: AAA has 1,500 bars from 2024-01-01 to 2024-03-03T11:00:00Z. ` +
        `Set training.labels.zigzag_threshold to ${threshold} (it is 0.9): that leaves at least 10 rows in each part.`,
    );
    expect(error.details).toMatchObject({ rows: 0, rows_needed: 50, suggested_range: null });
    await prepare({ strategy: strategyText({ threshold }) });
  });

  test('labels lost in a long halt: names it before anything else', async () => {
    const lines = (await readFile(join(place.dataDir, 'AAA_1h.csv'), 'utf8')).trimEnd().split('\n');
    const halted = lines.map((line, index) => {
      const price = lines[400]!.split(',')[4];
      return index > 400 && index < 1300 ? [line.split(',')[0], price, price, price, price, 0].join() : line;
    });
    await writeFile(join(place.dataDir, 'HALT_1h.csv'), halted.join('\n'));
    const error = await fails(
      { symbols: ['HALT'], strategy: strategyText({ threshold: 0.3 }) },
      'not_enough_bars',
    );
    expect(error.message).toMatch(
      /First look at HALT_1h\.csv: The price does not move .* Remove them; rows there teach the model nothing\. /,
    );
  });

  test('too few bars for any labels: asks for more bars', async () => {
    const error = await fails({ symbols: ['FEW'], strategy: strategyText() }, 'not_enough_bars');
    expect(error.message).toMatch(
      /Neither a longer range \(FEW has 60 bars from .*\) nor a lower training\.labels\.zigzag_threshold leaves 10 rows in each part: add bars\.$/,
    );
    expect(error.details).toMatchObject({ suggested_range: null, suggested_zigzag_threshold: null });
  });

  test('warns of a bar at an odd minute', async () => {
    const file = join(place.dataDir, 'ODD_1h.csv');
    const bars = await readFile(join(place.dataDir, 'AAA_1h.csv'), 'utf8');
    await writeFile(file, bars.replace('2024-01-20T18:00:00Z', '2024-01-20T18:07:00Z'));
    const { warnings } = await prepare({ symbols: ['ODD'] });
    expect(warnings).toContainEqual(
      'ODD_1h.csv: one bar does not open at a quarter of an hour like the others, the first at 2024-01-20T18:07:00Z. Check the file.',
    );
    expect((await prepare()).warnings.join()).not.toContain('quarter');
  });

  test('warns of a part with few rows', async () => {
    const text = strategyText().replace(
      /data_split: .*/,
      'data_split: { train: 0.7, validation: 0.297, test: 0.003 }',
    );
    const { result, warnings } = await prepare({ strategy: text });
    const { test_samples: rows } = result.data_summary;
    expect(rows).toBeLessThan(10);
    expect(warnings).toContainEqual(
      `The test part has only ${rows} ${rows === 1 ? 'row' : 'rows'}: too few for meaningful metrics. Use a longer date range.`,
    );
  });

  test('names a part without rows', async () => {
    const error = await fails(
      {
        strategy: strategyText({ more: '  embargo: 200\n' }),
        start_date: '2024-01-05',
        end_date: '2024-01-12',
      },
      'empty_split',
    );
    expect(error.message).toMatch(
      /^The training part has no rows\. AAA 1h has 192 bars in the range.*\. \d+ of the \d+ rows were dropped at the edges/,
    );
    expect(error.message).toContain('This range is long enough');
  });

  test("refuses bars that differ from the caller's", async () => {
    const fingerprints = [{ symbol: 'AAA', timeframe: '1h', sha256: '0'.repeat(64) }];
    const error = await fails({ fingerprints }, 'bars_differ');
    expect(error.message).toContain('AAA_1h.csv in ');
    expect(error.message).toContain('Put the same file there and resume, or start a new training.');
  });

  test('an output folder that cannot be written', async () => {
    const outputDir = join(place.outputDir, 'gone', 'x'.repeat(300));
    await mkdir(join(place.outputDir, 'gone'));
    await fails({ dry_run: false, engine: engineChoice('tensorflow-js'), outputDir }, 'storage_failed');
    await fails(
      { dry_run: false, engine: engineChoice('tensorflow-js'), outputDir, detailed_analytics: true },
      'storage_failed',
    );
  });

  test.each([
    [{ symbols: ['NONE'] }, 'bars_not_found'],
    [{ start_date: '2030-01-01' }, 'no_bars_in_range'],
    [{ start_date: '2024-02-01', end_date: '2024-01-01' }, 'invalid_date_range'],
    [{ strategy: 'name: [' }, 'strategy_invalid'],
    [{ dry_run: false, engine: engineChoice('tensorflow-gpu') }, 'engine_unavailable'],
  ])('%p is %s', async (changes, code) => {
    await fails(changes, code);
  });
});
