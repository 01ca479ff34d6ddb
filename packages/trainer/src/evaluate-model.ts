import type { Baselines, TestMetrics, TrainingArtifacts, ValidationMetrics } from '@ktrdr/contracts';
import type { DataParts } from './data-parts.js';
import { outputClasses, targetClasses } from './directions.js';
import type { Engine } from './engines/engine.js';
import { evaluatePart } from './evaluate-part.js';
import type { LossSpec, Targets } from './loss.js';
import { classificationReport, majorityBaseline } from './metrics.js';
import type { ModelSpec } from './model-spec.js';

/** What the kept weights are worth. */
export interface ModelEvaluation {
  validation: ValidationMetrics;
  test: TestMetrics;
  baselines: Baselines;
  perSymbol: TrainingArtifacts['per_symbol_metrics'];
}

/** What is evaluated. */
export interface EvaluationRequest {
  engine: Engine;
  model: ModelSpec;
  loss: LossSpec;
  parts: DataParts;
  /** Names in order; of a regression `DIRECTIONS`. */
  classes: readonly string[];
  /** Names behind the parts' symbol numbers. */
  symbols: readonly string[];
  /** Awaited now and then; it may throw to stop. */
  pause: () => Promise<void>;
}

/** Scores the engine's present parameters on the validation and the test part. */
export async function evaluateModel(request: EvaluationRequest): Promise<ModelEvaluation> {
  const { engine, model, loss, parts, classes, pause } = request;
  const { train, validation, test } = parts;
  const onValidation = await evaluatePart(engine, model, loss, validation, pause);
  const onTest = await evaluatePart(engine, model, loss, test, pause);
  const labels = targetClasses(test.targets);
  const predicted = outputClasses(onTest.outputs, test.targets);
  const report = classificationReport(labels, predicted, classes);
  const baseline = majorityBaseline(targetClasses(train.targets), labels, classes.length);
  return {
    validation: { val_loss: onValidation.loss, val_accuracy: onValidation.accuracy },
    test: {
      test_loss: onTest.loss,
      test_accuracy: report.accuracy,
      mae: test.targets instanceof Int32Array ? null : meanAbsoluteError(onTest.outputs, test.targets),
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
    perSymbol: request.symbols.map((symbol, index) => ({
      symbol,
      ...accuracyOf(index, test.symbols, labels, predicted),
    })),
  };
}

function meanAbsoluteError(outputs: Float32Array, targets: Targets): number {
  let sum = 0;
  for (let row = 0; row < targets.length; row += 1) sum += Math.abs(outputs[row]! - targets[row]!);
  return sum / targets.length;
}

function accuracyOf(
  symbol: number,
  symbols: Int32Array,
  labels: Int32Array,
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
