import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { TrainingResult } from '@ktrdr/contracts';
import {
  ModelStorage,
  type PredictionRun,
  runDecisionsProcess,
  runPredictionProcess,
  runTrainerProcess,
  type StoredModel,
} from '@ktrdr/trainer';
import { procFilesystem, requires } from '../../../tools/requirements.js';
import { childProcesses, isAlive } from './fixtures/processes.js';
import type { onnx as OnnxProto } from 'onnx-proto';
import {
  engineChoice,
  strategyText,
  trainingRequest,
  type Workplace,
  workplace,
  writeBars,
} from './fixtures/training.js';

const { test: onLinux } = requires(procFilesystem());

let place: Workplace;
let storage: ModelStorage;
let classes: StoredModel & { result: TrainingResult };
let values: StoredModel & { result: TrainingResult };

/** Trains with our own kernels, whose outputs differ from those of the stored model in the last digits. */
async function trainModel(text: string): Promise<typeof classes> {
  const engine = engineChoice('wasm');
  const run = trainingRequest(place, { strategy: text, start_date: '2024-01-04', engine });
  const outputDir = await storage.stage(run.operationId);
  const request = { ...run, outputDir };
  const { result } = await runTrainerProcess(request, {
    signal: new AbortController().signal,
    graceMs: 1000,
    onProgress: () => undefined,
  });
  return { ...(await storage.commit(outputDir, { strategy: 'small', timeframe: '1h' })), result };
}

beforeAll(async () => {
  place = await workplace();
  storage = new ModelStorage(place.modelsDir);
  await writeBars(place.dataDir, 'AAA', '1h', 900);
  await writeBars(place.dataDir, 'AAA', '4h', 225);
  await writeBars(place.dataDir, 'BBB', '1h', 90);
  await writeBars(place.dataDir, 'BBB', '4h', 60);
  await writeBars(place.dataDir, 'SHORT', '1h', 12);
  await writeBars(place.dataDir, 'SHORT', '4h', 60);
  const timeframes = ['1h', '4h'] as const;
  classes = await trainModel(strategyText({ timeframes: [...timeframes] }));
  values = await trainModel(
    strategyText({
      timeframes: [...timeframes],
      labels: 'source: forward_return, horizon: 5',
      decisions: 'output_format: regression, cost_model: { round_trip_cost: 0.0001, min_edge_multiplier: 2 }',
    }),
  );
});
afterEach(() => expect(childProcesses()).toEqual([]));
afterAll(() => place.remove());

function predict(
  changes: Partial<PredictionRun> = {},
  timeoutMs = 20_000,
  signal?: AbortSignal,
  mostMemoryMb = 2_048,
) {
  return runPredictionProcess(
    {
      modelsDir: place.modelsDir,
      dataDir: place.dataDir,
      strategy: 'small',
      version: '1h_v1',
      symbol: 'AAA',
      timeframe: '1h',
      last: 1,
      endDate: null,
      now: Date.UTC(2030, 0, 1),
      ...changes,
    },
    { timeoutMs, mostMemoryMb, signal: signal ?? new AbortController().signal },
  );
}

describe('a classification', () => {
  test('gives the same metrics for the test part as the training', async () => {
    const { metadata } = await storage.get('small', '1h_v1');
    const { start, end, rows } = metadata.test_part!;
    const { predictions } = await predict({ last: 700 });
    const time = (text: string): number => Date.parse(text);
    const tested = predictions.filter((bar) => time(bar.time) >= time(start) && time(bar.time) <= time(end));
    expect(tested).toHaveLength(rows);
    const { confusion_matrix, classes: names } = classes.result.test_metrics!;
    expect(names.map((name) => tested.filter(({ class: label }) => label === name).length)).toEqual(
      names.map((_, column) => confusion_matrix.reduce((sum, row) => sum + row[column]!, 0)),
    );
  });

  test('has time, probabilities and decision of each bar', async () => {
    const found = await predict({ last: 50 });
    expect(found).toMatchObject({
      model: 'small/1h_v1',
      symbol: 'AAA',
      timeframe: '1h',
      output_type: 'classification',
      classes: ['BUY', 'HOLD', 'SELL'],
      confidence_threshold: 0.5,
      edge: null,
      warnings: [],
    });
    expect(found.predictions).toHaveLength(50);
    expect(found.predictions.at(-1)!.time).toBe('2024-02-07T11:00:00Z');
    for (const { class: label, probabilities, decision, value } of found.predictions) {
      const shares = Object.values(probabilities!);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
      expect(probabilities![label!]).toBe(Math.max(...shares));
      expect(decision).toBe(Math.max(...shares) < 0.5 ? 'HOLD' : label);
      expect(value).toBeNull();
    }
  });

  test('predictions do not depend on the number of bars or the end', async () => {
    const { predictions } = await predict({ last: 30 });
    expect((await predict({ last: 3 })).predictions).toEqual(predictions.slice(-3));
    const earlier = predictions.filter(({ time }) => time < '2024-02-07');
    expect((await predict({ last: earlier.length, endDate: '2024-02-06' })).predictions).toEqual(earlier);
  });
});

test('a regression gives values, and decisions after costs', async () => {
  const found = await predict({ version: '1h_v2', last: 200 });
  expect(found).toMatchObject({
    output_type: 'regression',
    classes: [],
    confidence_threshold: null,
    edge: 0.0002,
  });
  for (const { value, decision, class: label, probabilities } of found.predictions) {
    expect(decision).toBe(value! > 0.0002 ? 'BUY' : value! < -0.0002 ? 'SELL' : 'HOLD');
    expect([label, probabilities]).toEqual([null, null]);
  }
  expect(values.model).toBe('small/1h_v2');
});

test('warns of a symbol that the model was not trained on, and excludes an open bar', async () => {
  const found = await predict({ symbol: 'BBB', now: Date.UTC(2024, 0, 4, 10, 30), endDate: '2024-01-04' });
  expect(found.predictions.map(({ time }) => time)).toEqual(['2024-01-04T09:00:00Z']);
  expect(found.warnings).toEqual([
    expect.stringMatching(/^The model was not trained on BBB but on AAA/),
    '8 newer bars left out: not closed yet.',
  ]);
});

test('warns of synthetic bars in the words of a training', async () => {
  for (const timeframe of ['1h', '4h'] as const)
    await writeBars(place.dataDir, 'FAKE', timeframe, 400, '# synthetic bars');
  const found = await predict({ symbol: 'FAKE' });
  expect(found.warnings[0]).toBe(
    'FAKE_1h.csv and FAKE_4h.csv: synthetic bars. Results on them say nothing about a market.',
  );
});

describe('is refused', () => {
  test.each([
    [{ timeframe: '4h' }, 'wrong_timeframe', /trained on 1h bars, not on '4h'/],
    [{ symbol: 'NONE' }, 'bars_not_found', /NONE/],
    [{ symbol: '../AAA' }, 'invalid_name', /AAA/],
    [
      { symbol: 'SHORT' },
      'not_enough_bars',
      /needs 15 1h bars, and 15 closed 4h bars.*There are 12 closed 1h bars/,
    ],
    [{ endDate: '2024-13-01' }, 'invalid_date', /end date/],
    [{ endDate: '2020-01-01' }, 'not_enough_bars', /There are 0 closed 1h bars up to the end date/],
    [{ last: 5000 }, 'not_enough_bars', /needs 5,014 1h bars/],
    [{ version: '1h_v9' }, 'model_not_found', /small\/1h_v9/],
  ] as const)('%j: %s', async (changes, code, message) => {
    await expect(predict(changes)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  let copies = 0;

  /** A copy of the first model with other metadata. */
  async function changed(change: (metadata: Record<string, unknown>) => object): Promise<StoredModel> {
    const operationId = `op_training_20240101T000000_copied${copies++}`;
    const staged = await storage.stage(operationId);
    await mkdir(join(staged, 'model'));
    for (const file of ['model.onnx', 'strategy.yaml', 'features.json', 'metrics.json', 'metadata.json'])
      await copyFile(join(classes.path, file), join(staged, 'model', file));
    const metadata = join(staged, 'model', 'metadata.json');
    const copied = JSON.parse(await readFile(metadata, 'utf8')) as object;
    await writeFile(metadata, JSON.stringify({ ...copied, operation_id: operationId }));
    const stored = await storage.commit(staged, { strategy: 'small', timeframe: '1h' });
    const path = join(stored.path, 'metadata.json');
    await writeFile(
      path,
      JSON.stringify(change(JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>)),
    );
    return stored;
  }
  /** A model with another graph and its checksum. */
  async function withGraph(graph: Uint8Array): Promise<StoredModel> {
    const sum = createHash('sha256').update(graph).digest('hex');
    const model = await changed(({ checksums, ...metadata }) => ({
      ...metadata,
      checksums: { ...(checksums as object), 'model.onnx': sum },
    }));
    await writeFile(join(model.path, 'model.onnx'), graph);
    return model;
  }
  const versionOf = ({ path }: StoredModel): string => path.split('/').at(-1)!;

  test('a damaged model, naming the file', async () => {
    const model = await changed((metadata) => metadata);
    await writeFile(join(model.path, 'model.onnx'), 'something else');
    await expect(predict({ version: versionOf(model) })).rejects.toMatchObject({
      code: 'model_damaged',
      details: { file: 'model.onnx' },
    });
  });

  test('a model of a newer format, and a model without the start of its bars', async () => {
    const newer = await changed((metadata) => ({ ...metadata, format: 99 }));
    await expect(predict({ version: versionOf(newer) })).rejects.toMatchObject({
      code: 'model_unsupported',
      message: expect.stringMatching(/in format 99.*Update ktrdr/),
    });
    const older = await changed((metadata) => ({ ...metadata, format: undefined, range: undefined }));
    await expect(predict({ version: versionOf(older) })).rejects.toMatchObject({
      code: 'model_unsupported',
      message: expect.stringMatching(/earlier version.*Train the model again/),
    });
    const summaries = new Map((await storage.list()).map((model) => [model.model, model.problem]));
    expect(summaries.get(newer.model)).toMatch(/format 99/);
    expect(summaries.get(older.model)).toBeNull();
  });

  test('a process that crashes: the error says how, and the parent continues', async () => {
    const { path } = await changed((metadata) => metadata);
    // an operator with too many inputs
    const graph = (await readFile(join(path, 'model.onnx'))).toString('latin1').replace('Gemm', 'Tanh');
    const bytes = Buffer.from(graph, 'latin1');
    const model = await withGraph(bytes);
    await expect(predict({ version: versionOf(model) })).rejects.toMatchObject({
      code: 'prediction_failed',
      message: expect.stringMatching(/ended without an answer \(exit code 1\)/),
    });
    await rm(model.path, { recursive: true });
  });

  onLinux('a small model whose graph needs more memory than allowed: its process is ended', async () => {
    const { onnx } = createRequire(import.meta.url)('onnx-proto') as { onnx: typeof OnnxProto };
    const bytes = await readFile(join(classes.path, 'model.onnx'));
    const model = onnx.ModelProto.toObject(onnx.ModelProto.decode(bytes)) as OnnxProto.IModelProto;
    const { node, initializer } = model.graph!;
    for (const { output } of node!) output!.splice(0, 1, output![0] === 'outputs' ? 'real' : output![0]!);
    for (const [name, value] of Object.entries({ from: [0], to: [1], rows: [1_000_000_000, 1] }))
      initializer!.push({ name, dims: [value.length], dataType: 7, int64Data: value });
    node!.push({ opType: 'Expand', input: ['real', 'rows'], output: ['huge'] });
    node!.push({ opType: 'Slice', input: ['huge', 'from', 'to', 'from'], output: ['outputs'] });
    const stored = await withGraph(onnx.ModelProto.encode(model).finish());
    await expect(predict({ version: versionOf(stored) }, 20_000, undefined, 500)).rejects.toMatchObject({
      code: 'prediction_failed',
      message: expect.stringMatching(/used \d+ MB of memory, more than its limit/),
    });
    await rm(stored.path, { recursive: true });
  });

  onLinux('a prediction whose process crashes', async () => {
    const waiting = predict({ last: 700 });
    process.kill(childProcesses()[0]!.pid, 'SIGSEGV');
    await expect(waiting).rejects.toMatchObject({
      code: 'prediction_failed',
      message: expect.stringContaining('signal SIGSEGV'),
    });
  });

  test('a process that takes too long or was cancelled is killed', async () => {
    await expect(predict({}, 1)).rejects.toMatchObject({ code: 'prediction_timeout' });
    const controller = new AbortController();
    const waiting = predict({}, 20_000, controller.signal);
    controller.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    await expect(predict({}, 20_000, controller.signal)).rejects.toThrow('gone');
  });
});

onLinux(
  'a process ends with its parent',
  async () => {
    const run = { modelsDir: place.modelsDir, dataDir: place.dataDir, strategy: 'small', version: '1h_v1' };
    const asked = {
      ...run,
      symbol: 'AAA',
      timeframe: '1h',
      last: 700,
      endDate: null,
      now: Date.UTC(2030, 0, 1),
    };
    const program = `
    const { runPredictionProcess } = await import(${JSON.stringify(import.meta.resolve('@ktrdr/trainer'))});
    void runPredictionProcess(${JSON.stringify(asked)}, { timeoutMs: 60_000, mostMemoryMb: 2_048, signal: new AbortController().signal });
    console.log(process.pid);
  `;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(parent.stdout, 'data');
    const pids = childProcesses(parent.pid).map(({ pid }) => pid);
    expect(pids).toHaveLength(1);
    parent.kill('SIGKILL');
    const from = performance.now();
    while (pids.some(isAlive) && performance.now() - from < 10_000) await sleep(10);
    expect(pids.filter(isAlive)).toEqual([]);
  },
  20_000,
);

describe('decisions on the test part', () => {
  const decide = (version: string, symbol = 'AAA', barsState: 'unchanged' | 'changed' = 'unchanged') =>
    runDecisionsProcess(
      {
        modelsDir: place.modelsDir,
        dataDir: place.dataDir,
        strategy: 'small',
        version,
        symbol,
        barsState,
        now: Date.UTC(2030, 0, 1),
      },
      { timeoutMs: 20_000, mostMemoryMb: 2_048, signal: new AbortController().signal },
    );

  test.each([
    ['classes', '1h_v1', () => classes],
    ['values', '1h_v2', () => values],
  ])(
    'of %s lead to the trades of the training, and have the bars of its backtest',
    async (_what, version, model) => {
      const found = await decide(version);
      const { figures, start, end, bars, by_symbol } = model().result.backtest!;
      expect(found).toMatchObject({ symbol: 'AAA', timeframe: '1h', bars_state: 'unchanged', warnings: [] });
      expect(found.total_bars).toBe(bars);
      expect([found.bars[0]!.time, found.bars.at(-1)!.time]).toEqual([start, end]);
      expect(found.trades).toHaveLength(figures.trades);
      expect(found.trades.reduce((sum, { profit }) => sum + profit, 0)).toBeCloseTo(by_symbol[0]!.profit, 6);
      const decided = found.bars.filter(({ decision }) => decision !== null);
      expect(decided.length).toBeGreaterThanOrEqual(found.test_part.rows);
      for (const { confidence, value, class: label } of decided)
        expect([confidence === null, label === null, value === null]).toEqual(
          version === '1h_v1' ? [false, false, true] : [true, true, false],
        );
      for (const { open, high, low, close } of found.bars) {
        expect(high).toBeGreaterThanOrEqual(Math.max(open, close));
        expect(low).toBeLessThanOrEqual(Math.min(open, close));
      }
    },
  );

  test('on changed bars end with the last row of the test part, and say so', async () => {
    const found = await decide('1h_v1', 'AAA', 'changed');
    expect(found.bars.at(-1)!.time).toBe(found.test_part.end.replace('.000Z', 'Z'));
    expect(found.warnings).toEqual([expect.stringMatching(/bars have changed since the training/)]);
  });

  test('of a symbol that the model does not have are refused', async () => {
    await expect(decide('1h_v1', 'BBB')).rejects.toMatchObject({
      code: 'invalid_request',
      message: "small/1h_v1 was not tested on 'BBB' but on AAA: ask for one of them.",
    });
  });
});
