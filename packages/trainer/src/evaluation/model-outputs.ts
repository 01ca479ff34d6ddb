import type { EvaluatedData } from './baselines.js';
import { type TestSpan, testSpanOf } from './span-decisions.js';

/** The outputs of a model that its scores need, `[rows, outputs]` each. */
export type ModelOutputs = Record<'validation' | 'test' | 'span', Float32Array>;

/** The rows of {@link ModelOutputs}. */
export interface EvaluatedRows {
  /** The last bar of each row's window, as an index into the bars of the parts' features. */
  windowEnds: Record<keyof ModelOutputs, Int32Array>;
  span: TestSpan;
}

export function evaluatedRowsOf(data: EvaluatedData): EvaluatedRows {
  const { validation, test } = data.parts;
  const span = testSpanOf(data);
  return {
    windowEnds: { validation: validation.windowEnds, test: test.windowEnds, span: span.windowEnds },
    span,
  };
}
