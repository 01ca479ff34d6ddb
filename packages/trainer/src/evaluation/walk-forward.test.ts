import { expect, test } from '@jest/globals';
import { createEngine } from '../engines/create-engine.js';
import { modelOf } from '../network/model-of.js';
import { barsOf, type Market, prepare, strategyOf } from '../testing/random-market.js';
import { evaluateFolds } from './walk-forward.js';
import { walkForwardFolds } from './walk-forward-folds.js';

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
  const request = { strategy, bars: barsOf(strategy, market.bars, 5), range: {}, validationSplit: undefined };
  const data = (await prepare(strategy, request.bars))!;
  const plan = { folds: 3, window: 120, gap: 12 };
  const folds = walkForwardFolds(data, plan, request);
  const engine = await createEngine('onnx');
  const reported: number[] = [];
  const { result, rows } = (await evaluateFolds(folds, {
    plan,
    model: modelOf(strategy, 3),
    settings: { ...strategy.training, epochs: 3 },
    decisions: strategy.decisions,
    engine,
    seed: 1,
    signal: new AbortController().signal,
    clock: { now: () => performance.now() },
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
