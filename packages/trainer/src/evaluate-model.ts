import type { Baselines, TestMetrics, TrainingArtifacts, ValidationMetrics } from '@ktrdr/contracts';
import type { DataParts, SymbolPart } from './data-parts.js';
import type { Engine } from './engines/engine.js';
import { evaluatePart } from './evaluate-part.js';
import { classTargets, type LossSpec } from './loss.js';
import type { ModelSpec } from './model-spec.js';
import { classificationReport, majorityBaseline, predictedClasses } from './metrics.js';

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
  model: ModelSpec,
  loss: LossSpec,
  { train, validation, test }: DataParts,
  classes: readonly string[],
  symbols: readonly string[],
): Promise<ModelEvaluation> {
  const onValidation = await evaluatePart(engine, model, loss, validation);
  const onTest = await evaluatePart(engine, model, loss, test);
  const labels = classTargets(test.targets);
  const predicted = predictedClasses(onTest.outputs, classes.length);
  const report = classificationReport(labels, predicted, classes);
  const baseline = majorityBaseline(classTargets(train.targets), labels, classes.length);
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
  { targets, symbols }: SymbolPart,
  predicted: Int32Array,
): { rows: number; test_accuracy: number } {
  let [rows, right] = [0, 0];
  for (let row = 0; row < targets.length; row += 1) {
    if (symbols[row] !== symbol) continue;
    rows += 1;
    if (predicted[row] === targets[row]) right += 1;
  }
  return { rows, test_accuracy: rows === 0 ? 0 : right / rows };
}
