import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { propertyRuns } from '@ktrdr/contracts/testing';
import fc from 'fast-check';
import type { RunIdentity } from '../checkpoints/checkpoint.js';
import { CheckpointFiles } from '../checkpoints/checkpoint-files.js';
import { networkOf } from '../checkpoints/checkpoint-header.js';
import { type CheckpointOptions, PeriodicCheckpoints } from '../checkpoints/periodic-checkpoints.js';
import { createEngine } from '../engines/create-engine.js';
import type { Engine } from '../engines/engine.js';
import { optimiserOf } from '../loop/loop.js';
import { TrainingCancelledError } from '../loop/training-cancelled-error.js';
import { OwnLane } from '../members/lane.js';
import { Lanes } from '../members/lanes.js';
import { modelOf } from '../network/model-of.js';
import { barsOf, type Market, prepare, strategyOf } from '../testing/random-market.js';
import { spanSignals } from './span-decisions.js';
import { evaluateFolds } from './walk-forward.js';
import { walkForwardFolds } from './walk-forward-folds.js';

const clock = { now: () => performance.now() };
const ONE_LANE = { onNoStart: () => undefined };
const IDENTITY: RunIdentity = {
  strategy: 'a',
  settings: 'b',
  bars: 'c',
  model: 'd',
  engine: 'onnx',
  seed: 1,
  code: 'e',
};

let directory: string;
let attempts = 0;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ktrdr-folds-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const newFiles = (): CheckpointFiles => new CheckpointFiles(join(directory, String((attempts += 1))));

/** Written only by `keep`. */
function checkpointsIn(files: CheckpointFiles, from: CheckpointOptions['from'] = null): PeriodicCheckpoints {
  return new PeriodicCheckpoints({
    files,
    identity: IDENTITY,
    engine: { engine: 'onnx', device: 'cpu', rejected: [], times: [] },
    everyMs: 3_600_000,
    bytes: 0,
    from,
    clock,
    onWritten: () => undefined,
    onProblem: (problem) => {
      throw new Error(problem);
    },
  });
}

test('a rolling evaluation tells its windows, and its folds give one series with every tested row once', async () => {
  const market: Market = {
    labels: '{ source: context, horizon: 9 }',
    symbols: 2,
    timeframes: ['1h'],
    bars: 400,
    seed: 5,
    embargo: 0,
  };
  const strategy = strategyOf(market);
  const data = (await prepare(strategy, barsOf(strategy, market.bars, 5)))!;
  const plan = { folds: 3, window: 120, gap: 12 };
  const folds = walkForwardFolds(data, plan, strategy.training, undefined);
  const engine = await createEngine('onnx');
  const reported: number[] = [];
  const { result, rows } = (await evaluateFolds(folds, {
    plan,
    model: modelOf(strategy, 3),
    settings: { ...strategy.training, epochs: 3 },
    decisions: strategy.decisions,
    lanes: new Lanes('onnx', 1, ONE_LANE),
    own: new OwnLane({ engine, clock }),
    checkpoints: checkpointsIn(newFiles()),
    firstMember: 1,
    seed: 1,
    signal: new AbortController().signal,
    clock,
    report: async (done) => void reported.push(done),
    update: (done) => void reported.push(done),
  }))!;
  engine.dispose();
  expect(result).toMatchObject({ window_bars: 120, gap_bars: 12 });
  expect(reported).toEqual(reported.toSorted((a, b) => a - b));
  expect([reported[0], reported.at(-1)]).toEqual([0, 1]);

  expect(rows.rows).toBe(result.folds.reduce((sum, { test_rows }) => sum + test_rows, 0));
  const expected = data.dataset.symbols.flatMap(({ time }, symbol) =>
    [...time].filter((at) => at >= folds[0]!.place.cuts.testStart).map((at) => [symbol, at]),
  );
  expect(Array.from(rows.symbols, (symbol, row) => [symbol, rows.time[row]])).toEqual(expected);
  // each row has the scores of its own fold
  const scores = rows.scores.get('model')!;
  for (const { place } of folds) {
    const inFold = Array.from(scores.keys()).filter(
      (row) => rows.time[row]! >= place.cuts.testStart && rows.time[row]! < place.testEnd,
    );
    const correct = inFold.filter((row) => scores[row] === 1).length;
    expect(correct / inFold.length).toBeCloseTo(result.folds[place.number - 1]!.test_accuracy);
  }
});

test('the folds decide on every bar from the first test stretch on, with a label or without', async () => {
  const market: Market = {
    labels: '{ source: triple_barrier, max_holding_period: 9, cusum_threshold: 0, cusum_multiplier: 0.3 }',
    symbols: 2,
    timeframes: ['1h'],
    bars: 700,
    seed: 6,
    embargo: 0,
  };
  const strategy = strategyOf(market);
  const data = (await prepare(strategy, barsOf(strategy, market.bars, 6)))!;
  const plan = { folds: 2, window: null, gap: 0 };
  const folds = walkForwardFolds(data, plan, strategy.training, undefined);
  const engine = await createEngine('onnx');
  const { rows } = (await evaluateFolds(folds, {
    plan,
    model: modelOf(strategy, 3),
    settings: { ...strategy.training, epochs: 1 },
    decisions: { ...strategy.decisions, outputFormat: 'classification', confidenceThreshold: 0 },
    lanes: new Lanes('onnx', 1, ONE_LANE),
    own: new OwnLane({ engine, clock }),
    checkpoints: checkpointsIn(newFiles()),
    firstMember: 1,
    seed: 1,
    signal: new AbortController().signal,
    clock,
    report: async () => undefined,
    update: () => undefined,
  }))!;
  engine.dispose();
  const start = folds[0]!.place.cuts.testStart;
  let unlabelled = 0;
  spanSignals(rows.decisions!).forEach(({ symbol, bars, decision }, index) => {
    const { inRange, time, symbol: name } = data.dataset.symbols[index]!;
    expect(symbol).toBe(name);
    expect([...bars.time]).toEqual([...inRange.time].filter((moment) => moment >= start));
    expect(decision).toHaveLength(bars.length);
    const labelled = new Set(time);
    unlabelled += decision.filter((signal, bar) => signal !== 0 && !labelled.has(bars.time[bar]!)).length;
  });
  expect(unlabelled).toBeGreaterThan(0);
});

test('an evaluation that stops at any point resumes with the same result and trains no batch twice', async () => {
  const market: Market = {
    labels: '{ source: context, horizon: 9 }',
    symbols: 1,
    timeframes: ['1h'],
    bars: 300,
    seed: 7,
    embargo: 0,
  };
  const strategy = strategyOf(market);
  const data = (await prepare(strategy, barsOf(strategy, market.bars, 7)))!;
  const plan = { folds: 3, window: null, gap: 0 };
  const folds = walkForwardFolds(data, plan, strategy.training, undefined);
  const model = modelOf(strategy, 3);
  const settings = { ...strategy.training, epochs: 3 };
  const network = networkOf(model, optimiserOf(settings), settings.epochs, { seeds: 2, walk_forward: 3 });
  const engine = await createEngine('wasm');

  /** @param stopAfter calls of the engine after which the attempt is cancelled */
  const attempt = async (files: CheckpointFiles, resume: boolean, stopAfter = Infinity) => {
    const controller = new AbortController();
    let [calls, steps] = [0, 0];
    const called = <T>(result: T): T => {
      calls += 1;
      if (calls >= stopAfter) controller.abort();
      return result;
    };
    const counting: Engine = {
      name: engine.name,
      device: engine.device,
      init: (setup) => engine.init(setup),
      stepsAtOnce: () => 1,
      async step(taken) {
        steps += 1;
        return called(await engine.step(taken));
      },
      predict: async (features) => called(await engine.predict(features)),
      getState: () => engine.getState(),
      setState: (state) => engine.setState(state),
      dispose: () => undefined,
    };
    const from = resume ? (await files.read(IDENTITY, network)).checkpoint : null;
    const checkpoints = checkpointsIn(files, from);
    const reported: number[] = [];
    const evaluation = await evaluateFolds(folds, {
      plan,
      model,
      settings,
      decisions: strategy.decisions,
      lanes: new Lanes('wasm', 1, ONE_LANE),
      own: new OwnLane({ engine: counting, clock }),
      checkpoints,
      firstMember: 2,
      seed: 1,
      signal: controller.signal,
      clock,
      report: async (done) => void reported.push(done),
      update: (done) => void reported.push(done),
    }).catch(async (error: unknown) => {
      if (!(error instanceof TrainingCancelledError)) throw error;
      await checkpoints.keep();
      return null;
    });
    return { evaluation, calls, steps, reported };
  };

  const whole = await attempt(newFiles(), false);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: whole.calls }), { minLength: 1, maxLength: 3 }),
      async (stops) => {
        const files = newFiles();
        let steps = 0;
        let [resume, share] = [false, 0];
        for (const stopAfter of [...stops, Infinity]) {
          const ended = await attempt(files, resume, stopAfter);
          steps += ended.steps;
          expect(Math.min(...ended.reported)).toBeGreaterThanOrEqual(share - 1 / settings.epochs);
          share = Math.max(...ended.reported);
          resume = true;
          if (ended.evaluation === null) continue;
          expect(ended.evaluation).toEqual(whole.evaluation);
          break;
        }
        expect(steps).toBe(whole.steps);
      },
    ),
    { numRuns: propertyRuns() },
  );
  engine.dispose();
});
