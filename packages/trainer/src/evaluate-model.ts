import type { Baselines, TestMetrics, TrainingArtifacts, ValidationMetrics } from '@ktrdr/contracts';
import type { Engine } from './engines/engine.js';
import { classificationReport, majorityBaseline, predictedClasses } from './metrics.js';
import type { ClassPart, ClassParts } from './trainable-parts.js';

/** What the kept weights are worth. */
export interface ModelEvaluation {
  validation: ValidationMetrics;
  test: TestMetrics;
  baselines: Baselines;
  perSymbol: TrainingArtifacts['per_symbol_metrics'];
}

/** Scores the engine's present weights on the validation and the test part. `symbols` are the names behind the parts' symbol numbers. */
export async function evaluateModel(
  engine: Engine,
  { train, validation, test }: ClassParts,
  classes: readonly string[],
  symbols: readonly string[],
): Promise<ModelEvaluation> {
  const onValidation = await engine.evaluate(validation.features, validation.labels);
  const onTest = await engine.evaluate(test.features, test.labels);
  const predicted = predictedClasses(onTest.logits, classes.length);
  const report = classificationReport(test.labels, predicted, classes);
  const baseline = majorityBaseline(train.labels, test.labels, classes.length);
  return {
    validation: { val_loss: onValidation.loss, val_accuracy: onValidation.accuracy },
    test: {
      test_loss: onTest.loss,
      test_accuracy: report.accuracy,
      precision: report.precision,
      recall: report.recall,
      f1_score: report.f1,
      per_class: report.perClass,
      confusion_matrix: report.confusionMatrix,
      classes: [...classes],
    },
    baselines: {
      majority_class: { label: classes[baseline.label]!, test_accuracy: baseline.testAccuracy },
    },
    perSymbol: symbols.map((symbol, index) => ({ symbol, ...accuracyOf(index, test, predicted) })),
  };
}

function accuracyOf(
  symbol: number,
  { labels, symbols }: ClassPart,
  predicted: Int32Array,
): { rows: number; test_accuracy: number | null } {
  let [rows, right] = [0, 0];
  for (let row = 0; row < labels.length; row += 1) {
    if (symbols[row] !== symbol) continue;
    rows += 1;
    if (predicted[row] === labels[row]) right += 1;
  }
  return { rows, test_accuracy: rows === 0 ? null : right / rows };
}
