import { expect, test } from '@jest/globals';
import { createEngine } from '../engines/create-engine.js';
import { OwnLane } from '../members/lane.js';
import { Lanes } from '../members/lanes.js';
import { modelOf } from '../network/model-of.js';
import { barsOf, type Market, prepare, strategyOf } from '../testing/random-market.js';
import { spanSignals } from './span-decisions.js';
import { evaluateFolds } from './walk-forward.js';
import { walkForwardFolds } from './walk-forward-folds.js';

const clock = { now: () => performance.now() };

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
    lanes: new Lanes('onnx', 1),
    own: new OwnLane({ engine, clock }),
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
    lanes: new Lanes('onnx', 1),
    own: new OwnLane({ engine, clock }),
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
