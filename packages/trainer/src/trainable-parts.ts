import { KtrdrError } from '@ktrdr/contracts';
import type { DataParts, SymbolPart } from './data-parts.js';
import type { DataPart } from './loop.js';

/** A part whose targets are classes, as the training loop takes it. */
export type ClassPart = SymbolPart & DataPart;
export type ClassParts = Record<keyof DataParts, ClassPart>;

/**
 * The one place that refuses what loop and engines do not take yet: targets that are values, rows of different weight.
 *
 * @throws KtrdrError `engine_unsupported`
 */
export function trainableParts({ train, validation, test }: DataParts): ClassParts {
  if (train.weights !== null) {
    throw new KtrdrError(
      'engine_unsupported',
      'Training does not weight rows in this version: take training.labels.compute_weights out, or set it to false.',
    );
  }
  return { train: classPart(train), validation: classPart(validation), test: classPart(test) };
}

function classPart(part: SymbolPart): ClassPart {
  if (part.targets instanceof Int32Array) return { ...part, labels: part.targets };
  throw new KtrdrError(
    'engine_unsupported',
    'Regressions are not trained in this version: write decisions.output_format: classification and labels of classes, ' +
      'for instance training.labels: {source: triple_barrier}.',
  );
}
