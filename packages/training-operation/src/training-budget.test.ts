import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type EngineSetting, resolveOptions, type TrainingOptions } from '@ktrdr/contracts';
import { barsFileFacts } from '@ktrdr/market-data';
import { parseStrategy, type Strategy } from '@ktrdr/strategy';
import { TrainingBudget, type TrainingLimits } from './training-budget.js';

const ROOT = join(import.meta.dirname, '../../..');
const LIMITS: TrainingLimits = { mostAtOnce: 2, threads: 2, memoryMb: 4_096, hours: 168 };
const BARS = 8_760;
let dataDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'ktrdr-budget-'));
});
afterAll(() => rm(dataDir, { recursive: true }));

function strategyText(model: string, { epochs = 50, batch = 128 } = {}): string {
  return `name: sized
version: "3.0"
training_data:
  symbols: { mode: single, symbol: EURUSD }
  timeframes: { mode: single, timeframe: 1h }
  history_required: 60
indicators:
  rsi_14: { type: rsi, period: 14 }
fuzzy_sets:
  momentum: { indicator: rsi_14, low: [0, 25, 45], middle: [35, 50, 65], high: [55, 75, 100] }
nn_inputs:
  - { fuzzy_set: momentum, timeframes: all }
model: ${model}
decisions: { output_format: classification, confidence_threshold: 0.5, position_awareness: true }
training:
  method: supervised
  labels: { source: zigzag, zigzag_threshold: 0.01 }
  epochs: ${epochs}
  batch_size: ${batch}
  learning_rate: 0.001
  data_split: { train: 0.7, validation: 0.15, test: 0.15 }
`;
}

const mlp = (...layers: number[]): string =>
  `{ type: mlp, architecture: { hidden_layers: [${layers.join(', ')}], activation: relu } }`;

/** Only the lines of a bars file count. */
async function writeBars({ symbols, timeframes }: Strategy): Promise<void> {
  for (const symbol of symbols)
    for (const timeframe of timeframes)
      await writeFile(join(dataDir, `${symbol}_${timeframe}.csv`), `header\n${'bar\n'.repeat(BARS)}`);
}

async function check(
  text: string,
  options: TrainingOptions = {},
  limits: Partial<TrainingLimits> = {},
  engine: EngineSetting = 'onnx',
) {
  const { strategy } = parseStrategy(text, { file: 'sized.yaml' });
  await writeBars(strategy);
  const spec = { ...resolveOptions(options), strategy: text, strategy_file: 'sized.yaml', fingerprints: [] };
  return new TrainingBudget({ ...LIMITS, ...limits }, engine).check(strategy, spec, { dataDir });
}

describe('the budget of a training', () => {
  test('refuses a network of 25 million weights for 100,000 epochs, with the numbers and the settings', async () => {
    const large = strategyText(mlp(4_096, 4_096, 2_048), { epochs: 100_000 });
    await expect(check(large)).rejects.toMatchObject({
      code: 'over_budget',
      httpStatus: 422,
      message: expect.stringMatching(
        /hours \(limit: 168, TRAINING_MAX_HOURS\).* memory \(limit: 4,096, TRAINING_MAX_MEMORY_MB\), for 25,\d+,\d+ weights.*100,000 passes.*fewer units, epochs or rows/,
      ),
      details: { over: ['time', 'memory'], max_hours: 168, max_memory_mb: 4_096 },
    });
    const few = { memoryMb: 8_000 };
    await expect(check(large.replace('100000', '100'), {}, few)).resolves.toMatchObject({ passes: 100 });
    await expect(check(large, { dry_run: true })).resolves.toMatchObject({ hours: 0 });
    await expect(check(strategyText(mlp(8), { epochs: 100_000 }), {}, { hours: 0 })).resolves.toBeDefined();
  });

  test('every example strategy is far below it', async () => {
    const folder = join(ROOT, 'strategies');
    for (const file of (await readdir(folder)).filter((name) => name.endsWith('.yaml'))) {
      const { hours, memoryMb } = await check(await readFile(join(folder, file), 'utf8'));
      expect({ file, hours: hours < 2, memory: memoryMb < 400 }).toEqual({ file, hours: true, memory: true });
    }
  });

  test('counts seeds, folds, rows and the date range', async () => {
    const text = strategyText(mlp(16, 8), { epochs: 10 });
    const { hours, rows, passes } = await check(text);
    expect(passes).toBe(10);
    expect(rows).toBe(BARS);
    expect((await check(text, { seeds: 4 }, { threads: 1 })).hours).toBeCloseTo(hours * 4, 8);
    expect((await check(text, { walk_forward: 5 })).passes).toBe(40);
    const month = await check(text, { start_date: '2024-01-01', end_date: '2024-01-31' });
    expect(month.rows).toBe(31 * 24);
  });

  test('takes the engine that the rule chooses, and divides the time by the lanes', async () => {
    const [small, large] = [strategyText(mlp(32, 16)), strategyText(mlp(512, 512), { batch: 1_024 })];
    for (const [text, chosen] of [
      [small, 'wasm'],
      [large, 'onnx'],
      [strategyText('{ type: gru, architecture: { hidden_size: 8, sequence_length: 5 } }'), 'onnx'],
    ] as const) {
      const [auto, onnx] = [await check(text, {}, {}, 'auto'), await check(text, {}, {}, 'onnx')];
      expect([auto.engine, onnx.engine]).toEqual([chosen, 'onnx']);
      if (chosen === 'onnx') expect(auto.hours).toBe(onnx.hours);
      // a step of this network has 40 µs on onnx beside 11 µs on wasm
      else expect(onnx.hours / auto.hours).toBeGreaterThan(3);
    }
    const one = await check(small);
    const hours = async (options: TrainingOptions, engine: EngineSetting = 'auto') =>
      (await check(small, options, { threads: 4 }, engine)).hours;
    const alone = await hours({});
    expect(await hours({ seeds: 8 })).toBeCloseTo(alone * 2, 8);
    // three rounds of four lanes
    expect(await hours({ seeds: 9 })).toBeCloseTo(alone * 3, 8);
    expect(await hours({ walk_forward: 8 })).toBeCloseTo(alone * (1 + 2 * 0.6), 8);
    expect(await hours({ seeds: 8, detailed_analytics: true })).toBeCloseTo(alone * 8, 8);
    expect(await hours({ seeds: 8 }, 'onnx-cuda')).toBeCloseTo(one.hours * 8, 8);
  });

  test('counts the memory of each further thread; a training uses only the lanes that fit the memory', async () => {
    const text = strategyText(mlp(512, 512), { epochs: 10 });
    const one = await check(text);
    expect(one.lanes).toBe(1);
    const many = (seeds: number, threads: number, memoryMb = 4_096) =>
      check(text, { seeds }, { threads, memoryMb });
    const [two, four] = [await many(8, 2), await many(8, 4)];
    expect([two.lanes, four.lanes, (await many(3, 4)).lanes]).toEqual([2, 4, 3]);
    expect((await check(text, { walk_forward: 5 }, { threads: 4 })).lanes).toBe(4);
    expect((await check(text, { seeds: 8, dry_run: true }, { threads: 4 })).lanes).toBe(1);
    // a lane has its own network and batches; the features are there once
    const lane = (four.memoryMb - two.memoryMb) / 2;
    expect(lane).toBeGreaterThan((one.weights * 200) / 2 ** 20);
    expect(four.memoryMb - one.memoryMb).toBeLessThan(3.1 * lane);
    for (const [memoryMb, lanes] of [
      [four.memoryMb + 1, 4],
      [four.memoryMb - 1, 3],
      [two.memoryMb + 1, 2],
      [two.memoryMb - 1, 1],
    ] as const) {
      const fitting = await many(8, 4, memoryMb);
      expect([fitting.lanes, fitting.memoryMb <= memoryMb]).toEqual([lanes, true]);
    }
    await expect(many(8, 4, one.memoryMb - 1)).rejects.toMatchObject({ code: 'over_budget' });
  });

  test('learns the speed of this machine from trainings that ran long enough', async () => {
    const budget = new TrainingBudget(LIMITS, 'onnx');
    const text = strategyText(mlp(16, 8), { epochs: 10 });
    const { strategy } = parseStrategy(text, { file: 'sized.yaml' });
    await writeBars(strategy);
    const spec = { ...resolveOptions({}), strategy: text, strategy_file: 'sized.yaml', fingerprints: [] };
    const first = await budget.check(strategy, spec, { dataDir });
    const items = first.rows * first.passes;
    budget.learn('mlp', first, { measured: { items, seconds: 1 } });
    expect((await budget.check(strategy, spec, { dataDir })).hours).toBe(first.hours);
    const seconds = first.hours * 3_600 * 4;
    budget.learn(
      'mlp',
      { ...first, passes: first.passes / 100 },
      { measured: { items, seconds: seconds * 100 } },
    );
    const slower = await budget.check(strategy, spec, { dataDir });
    expect(slower.hours).toBeCloseTo(first.hours * 4, 6);
    expect(budget.enforcedMb({ ...first, memoryMb: 100 })).toBe(712);
    expect(budget.enforcedMb({ ...first, memoryMb: 3_000 })).toBe(4_096);
  });
});

test('an estimate names the limits that it exceeds instead of refusing the training', async () => {
  const text = strategyText(mlp(32, 16));
  const { strategy } = parseStrategy(text, { file: 'sized.yaml' });
  await writeBars(strategy);
  const spec = { ...resolveOptions({}), strategy: text, strategy_file: 'sized.yaml', fingerprints: [] };
  const overOf = async (limits: Partial<TrainingLimits>) =>
    (await new TrainingBudget({ ...LIMITS, ...limits }, 'onnx').estimate(strategy, spec, { dataDir })).over;
  expect(await overOf({})).toEqual([]);
  expect(await overOf({ memoryMb: 10 })).toEqual(['memory']);
  expect(await overOf({ memoryMb: 10, hours: 1e-9 })).toEqual(['time', 'memory']);
  expect(await overOf({ hours: 0 })).toEqual([]);
});

test('the fingerprint of a request gives the number of bars, even if the file has changed', async () => {
  const text = strategyText(mlp(32, 16));
  const { strategy } = parseStrategy(text, { file: 'sized.yaml' });
  await writeBars(strategy);
  const name = { dataDir, symbol: 'EURUSD', timeframe: '1h' };
  const { sha256 } = await barsFileFacts(name, { now: () => Date.now() + 60_000 });
  await writeFile(join(dataDir, 'EURUSD_1h.csv'), 'header\nbar\n');
  const spec = { ...resolveOptions({}), strategy: text, strategy_file: 'sized.yaml' };
  const rowsOf = async (fingerprint: string): Promise<number> => {
    const fingerprints = [{ symbol: 'EURUSD', timeframe: '1h', sha256: fingerprint }];
    const budget = new TrainingBudget(LIMITS, 'onnx');
    return (await budget.estimate(strategy, { ...spec, fingerprints }, { dataDir })).rows;
  };
  expect(await rowsOf(sha256)).toBe(BARS);
  expect(await rowsOf('0'.repeat(64))).toBe(1);
});
