import type { DecisionSettings } from '@ktrdr/strategy';
import type { SymbolSignals } from '@ktrdr/backtest';
import type { SymbolRows } from '../data/dataset.js';
import { firstAtOrAfter } from '../data/split.js';
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

/** The bars of one symbol that a model decides on. */
interface SymbolSpan {
  symbol: string;
  bars: SymbolRows['inRange'];
  /** The first bar of the span, as an index into `bars`. */
  first: number;
  /** Number of bars in the span. */
  length: number;
  /** Those of them that have features, as indices into `bars`. */
  decided: Int32Array;
}

/** The bars from the start of the test part on that have features, with a label or without. */
export interface TestSpan {
  symbols: SymbolSpan[];
  /** The last bar of each row's window, as an index into the bars of the parts' features. */
  windowEnds: Int32Array;
}

/** A trader decides before the label is known, so the span has bars without a label too. */
export function testSpanOf({ dataset, split, testEnd = Infinity }: EvaluatedData): TestSpan {
  const columns = dataset.normalisation.length;
  const windowEnds: number[] = [];
  let barsBefore = 0;
  const symbols = dataset.symbols.map(
    ({ symbol, features, inRange, candidates, candidateBars, candidateEnds }) => {
      const [from, to] = [split.testStart, testEnd].map((moment) => firstAtOrAfter(candidates, moment));
      for (const end of candidateEnds.subarray(from, to)) windowEnds.push(barsBefore + end);
      barsBefore += features.length / columns;
      const [first, end] = [split.testStart, testEnd].map((moment) => firstAtOrAfter(inRange.time, moment));
      return {
        symbol,
        bars: inRange,
        first: first!,
        length: end! - first!,
        decided: candidateBars.subarray(from, to),
      };
    },
  );
  return { symbols, windowEnds: Int32Array.from(windowEnds) };
}

/**
 * Decides on every bar of the span. Bars without features are HOLD.
 *
 * @param outputs of the model for the rows of the span
 * @returns `null` if the classes are not decisions
 */
export function decideSpan(
  span: TestSpan,
  outputs: Float32Array,
  classes: readonly string[],
  decisions: DecisionSettings,
): SpanDecisions[] | null {
  const signals = signalsOf(outputs, classes, decisions);
  if (signals === null) return null;
  let at = 0;
  return span.symbols.map(({ symbol, bars, first, length, decided }) => {
    const decision = new Int8Array(length);
    for (const bar of decided) decision[bar - first] = signals[at++]!;
    return { symbol, bars, first, decision };
  });
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
