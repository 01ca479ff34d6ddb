import type { DecisionSettings } from '@ktrdr/strategy';
import type { SymbolSignals } from '@ktrdr/backtest';
import type { SymbolRows } from '../data/dataset.js';
import { firstAtOrAfter } from '../data/split.js';
import type { Engine } from '../engines/engine.js';
import { predictPart } from '../loop/evaluate-part.js';
import type { ModelSpec } from '../network/model-spec.js';
import type { EvaluatedData } from './baselines.js';
import { signalsOf } from './decide.js';

/** A model's decisions on the bars of one symbol from the start of the test part on. */
export interface SpanDecisions {
  symbol: string;
  bars: SymbolRows['inRange'];
  /** The first bar of the span, as an index into `bars`. */
  first: number;
  /** `[bars of the span]`, as a backtest takes them. */
  decision: Int8Array;
}

/**
 * Decides on every bar of the test part that has features, with a label or without: a trader decides before the label is known. Bars
 * without features are HOLD.
 *
 * @param engine holds the parameters
 * @param pause awaited regularly; throws to stop
 * @returns `null` if the classes are not decisions
 */
export async function decideSpan(
  { engine, model, data, decisions }: DecisionRequest,
  pause: () => Promise<void>,
): Promise<SpanDecisions[] | null> {
  const { dataset, split, parts, testEnd = Infinity } = data;
  const columns = dataset.normalisation.length;
  let barsBefore = 0;
  const spans = dataset.symbols.map(
    ({ symbol, features, inRange, candidates, candidateBars, candidateEnds }) => {
      const [from, to] = [split.testStart, testEnd].map((moment) => firstAtOrAfter(candidates, moment));
      const before = barsBefore;
      barsBefore += features.length / columns;
      const [first, end] = [split.testStart, testEnd].map((moment) => firstAtOrAfter(inRange.time, moment));
      return {
        symbol,
        bars: inRange,
        first: first!,
        decision: new Int8Array(end! - first!),
        decided: candidateBars.subarray(from, to),
        ends: candidateEnds.subarray(from, to).map((at) => before + at),
      };
    },
  );
  const windowEnds = Int32Array.from(spans.flatMap(({ ends }) => [...ends]));
  const part = { features: parts.test.features, windowEnds, targets: new Int32Array(0), weights: null };
  const signals = signalsOf(await predictPart(engine, model, part, pause), dataset.classes, decisions);
  if (signals === null) return null;
  let at = 0;
  return spans.map(({ symbol, bars, first, decision, decided }) => {
    for (const bar of decided) decision[bar - first] = signals[at++]!;
    return { symbol, bars, first, decision };
  });
}

/** The model that decides, and the data. */
export interface DecisionRequest {
  engine: Engine;
  model: ModelSpec;
  data: EvaluatedData;
  decisions: DecisionSettings;
}

/** Joins the spans of walk-forward folds, in order of time; a bar between two folds is HOLD. `null` if one has no decisions. */
export function joinSpans(folds: readonly (SpanDecisions[] | null)[]): SpanDecisions[] | null {
  const all: SpanDecisions[][] = [];
  for (const fold of folds) {
    if (fold === null) return null;
    all.push(fold);
  }
  return all[0]!.map(({ symbol, bars, first }, index) => {
    const spans = all.map((fold) => fold[index]!);
    const last = spans.at(-1)!;
    const decision = new Int8Array(last.first + last.decision.length - first);
    for (const span of spans) decision.set(span.decision, span.first - first);
    return { symbol, bars, first, decision };
  });
}

/** The spans as a backtest takes them; a symbol without bars in its span is left out. */
export function spanSignals(spans: readonly SpanDecisions[]): SymbolSignals[] {
  return spans
    .filter(({ decision }) => decision.length > 0)
    .map(({ symbol, bars, first, decision }) => {
      const cut = (column: Float64Array): Float64Array => column.subarray(first, first + decision.length);
      return {
        symbol,
        bars: {
          time: cut(bars.time),
          open: cut(bars.open),
          high: cut(bars.high),
          low: cut(bars.low),
          close: cut(bars.close),
          length: decision.length,
        },
        decision,
      };
    });
}
