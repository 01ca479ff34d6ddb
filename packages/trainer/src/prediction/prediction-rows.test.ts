import { describe, expect, test } from '@jest/globals';
import { TIMEFRAME_MS, type Timeframe } from '@ktrdr/contracts';
import { propertyRuns } from '@ktrdr/contracts/testing';
import { type Bars, parseDateRange } from '@ktrdr/market-data';
import type { Strategy } from '@ktrdr/strategy';
import fc from 'fast-check';
import { gatherWindows } from '../data/gather-windows.js';
import { modelGraph } from '../engines/onnx/model-graph.js';
import { inferModel, inputOf } from '../engines/onnx/infer-model.js';
import { createEngine } from '../engines/create-engine.js';
import { predictRows } from '../loop/evaluate-part.js';
import { initialParameters } from '../network/initial-parameters.js';
import { modelOf } from '../network/model-of.js';
import { inputWidth } from '../network/model-spec.js';
import { normalise } from '../data/normalisation.js';
import { dataSettingsOf } from '../data/data-settings.js';
import { prepareData, type PreparedData } from '../data/prepare-data.js';
import {
  barsOf,
  type BarsByTimeframe,
  firstBars,
  HOUR,
  LATER,
  MODELS,
  randomBars,
  START,
  strategyOf,
  TRAINING_START,
} from '../testing/two-timeframes.js';
import { type PredictionRows, predictionRows } from './prediction-rows.js';

interface Asked {
  last: number;
  end?: number;
  now?: number;
  trainingStart?: string | null;
}

function ask(strategy: Strategy, bars: BarsByTimeframe, asked: Asked): PredictionRows {
  return predictionRows({
    strategy,
    bars: { symbol: 'AAA', bars },
    end: Infinity,
    now: LATER,
    trainingStart: TRAINING_START,
    ...asked,
  });
}

function prepare(strategy: Strategy, bars: BarsByTimeframe, start: string | null): Promise<PreparedData> {
  return prepareData(
    {
      strategy: dataSettingsOf(strategy),
      bars: [{ symbol: 'AAA', bars }],
      range: parseDateRange(start ?? undefined),
      validationSplit: undefined,
    },
    async () => undefined,
  );
}

const CASES: [string, string, Timeframe][] = [
  ...Object.entries(MODELS).map(([type, model]): [string, string, Timeframe] => [type, model, '1h']),
  ['mlp', MODELS.mlp, '4h'],
];

describe.each(CASES)('%s (%#)', (_, model, base) => {
  const strategy = strategyOf(model, base);
  const spec = modelOf(strategy, 3);
  const width = inputWidth(spec);

  test.each([TRAINING_START, null])(
    'trained from %p: features, input and outputs of the test part are those of training, bit for bit, although bars were added',
    async (start) => {
      const grown = barsOf(1000);
      const data = await prepare(strategy, firstBars(grown, 900), start);
      const [rows] = data.dataset.symbols;
      const test = data.split.parts[0]!.test;
      const first = rows!.time[test[0]!]!;
      const { length, time } = grown.get(base)!;
      const last = length - time.indexOf(first);
      const predicted = ask(strategy, grown, { last, trainingStart: start });

      const input = new Float32Array(test.length * width);
      gatherWindows(data.parts.test.features, spec, data.parts.test.windowEnds, input);
      const raw = new Float64Array(test.length * width);
      test.forEach((row, at) => {
        const found = predicted.rows.findIndex((bar) => predicted.time[bar] === rows!.time[row]);
        const features = predicted.features.subarray(found * width, (found + 1) * width);
        const end = (rows!.windowEnds[row]! + 1) * strategy.features.length;
        expect(features).toEqual(rows!.features.slice(end - width, end));
        raw.set(features, at * width);
      });
      expect(normalise(raw, data.normalisation)).toEqual(input);

      const parameters = initialParameters(spec, 5);
      const engine = await createEngine('onnx');
      await engine.init({
        model: spec,
        optimiser: { type: 'adam', weightDecay: 0, gradientClip: null },
        loss: { type: 'cross_entropy', classWeights: null },
        parameters,
        gradientNorms: false,
      });
      const expected = await predictRows(engine, spec, data.parts.test);
      engine.dispose();
      const graph = modelGraph(spec, parameters, data.normalisation);
      const outputs = await inferModel(graph, inputOf(raw, test.length));
      expect(outputs).toEqual(expected);
    },
  );

  test("bars that close later, also of higher timeframes, do not change a bar's features", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 200, max: 299 }),
        fc.nat(),
        fc.constantFrom(null, TRAINING_START),
        (hours, seed, trainingStart) => {
          const bars = barsOf(300, seed);
          const until = START + hours * HOUR;
          const changed: BarsByTimeframe = new Map(
            [...bars].map(([timeframe, one]) => {
              const other = randomBars(timeframe, one.length, seed + 1);
              const closed = one.time.filter((time) => time + TIMEFRAME_MS[timeframe] <= until).length;
              const columns = (['open', 'high', 'low', 'close', 'volume'] as const).map((name) => [
                name,
                other[name].map((value, t) => (t < closed ? one[name][t]! : value)),
              ]);
              return [timeframe, { ...one, ...(Object.fromEntries(columns) as Partial<Bars>) }];
            }),
          );
          const asked = { last: 3, now: until, trainingStart };
          const found = ask(strategy, bars, asked);
          const bar = TIMEFRAME_MS[base];
          expect(found.time.at(-1)).toBe(START + (Math.floor((until - START) / bar) - 1) * bar);
          expect(found.rows).toHaveLength(3);
          expect(ask(strategy, changed, asked)).toEqual(found);
        },
      ),
      { numRuns: propertyRuns() },
    );
  });
});

describe('which bars', () => {
  const strategy = strategyOf(MODELS.lstm);

  test('the last closed bars up to the end; later bars are counted', () => {
    const bars = barsOf(400);
    const found = ask(strategy, bars, { last: 4, end: START + 300 * HOUR, now: START + 299.5 * HOUR });
    expect([...found.time]).toEqual([295, 296, 297, 298].map((hour) => START + hour * HOUR));
    expect([...found.rows]).toEqual([0, 1, 2, 3]);
    expect(found.unclosed).toBe(2);
  });

  test("bars before the training's start have their own history", () => {
    const bars = barsOf(400);
    const found = ask(strategy, bars, { last: 2, end: START + 60 * HOUR, trainingStart: '2024-01-12' });
    expect([...found.rows]).toEqual([0, 1]);
  });

  test('too few: says how many bars of each timeframe are needed', () => {
    const tooFew = (hours: number, last: number, end?: number): unknown => {
      try {
        return ask(strategy, barsOf(hours), end === undefined ? { last } : { last, end });
      } catch (error) {
        return error;
      }
    };
    // ema_9 has 8 bars before its first value, the window 6 more; atr_6 of the 4h bars has 6, ema_9 8
    expect(tooFew(20, 10)).toMatchObject({
      code: 'not_enough_bars',
      details: { bars: 20, needed: { '1h': 24, '4h': 9 } },
      message: expect.stringMatching(
        /last 10 bars of AAA needs 24 1h bars, and 9 closed 4h bars before the first/,
      ),
    });
    expect(tooFew(30, 10)).toMatchObject({ code: 'not_enough_bars' });
    expect(tooFew(20, 10)).toMatchObject({
      message: expect.stringMatching(
        /There are 20 closed 1h bars: .*Ask for fewer bars, or add earlier bars\.$/,
      ),
    });
    expect(tooFew(9, 1)).toMatchObject({ message: expect.stringMatching(/\. Add earlier bars\.$/) });
    expect(tooFew(400, 1, START + 5 * HOUR)).toMatchObject({
      message: expect.stringMatching(
        /There are 6 closed 1h bars up to the end date: .*Ask for a later end date, or add earlier bars\.$/,
      ),
    });
    expect(tooFew(9 * 4 + 6, 1)).toMatchObject({ time: expect.anything() });
  });

  test('a bar without features has no row', () => {
    const bars = barsOf(400);
    const found = ask(strategy, bars, { last: 380, trainingStart: null });
    expect(found.time).toHaveLength(380);
    expect(found.rows.length).toBe(380 - (4 * 9 + 6 - 1 - 20));
    expect(found.time.at(-1)).toBe(bars.get('1h')!.time.at(-1));
  });
});

describe('where the file of another timeframe ends early', () => {
  const strategy = strategyOf(MODELS.mlp);
  const whole = barsOf(900);
  const bars = new Map(whole).set('4h', firstBars(whole, 860).get('4h')!);

  test('bars that its last bar still serves are predicted, later ones are not', () => {
    // its last bar closes with hour 860 and serves until the next has closed, with hour 864
    const { rows, time, stale } = ask(strategy, bars, { last: 60 });
    expect([...rows].map((row) => time[row]!).at(-1)).toBe(START + 862 * HOUR);
    expect(stale).toMatchObject([{ file: 'AAA_4h.csv', bars: 900 - 863, from: START + 863 * HOUR }]);
  });

  test('the newest bar alone is refused, and the file is named', () => {
    expect(() => ask(strategy, bars, { last: 1 })).toThrow(
      'No requested bar has 4h features: AAA_4h.csv has no bars after 2024-02-05T16:00:00Z. ' +
        'Add the missing 4h bars of AAA to AAA_4h.csv.',
    );
  });
});
