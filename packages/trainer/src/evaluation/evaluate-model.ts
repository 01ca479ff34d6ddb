import type { Baselines, SymbolMetrics, TestMetrics, ValidationMetrics } from '@ktrdr/contracts';
import type { DecisionSettings } from '@ktrdr/strategy';
import { DIRECTIONS, outputClasses, targetClasses } from './directions.js';
import { describeBaselines, type EvaluatedData, predictBaselines } from './baselines.js';
import { calibrationOf } from './calibration.js';
import { decideSpan } from './span-decisions.js';
import { evaluateOutputs, type LossSpec, type Targets } from '../network/loss.js';
import type { EvaluatedRows, ModelOutputs } from './model-outputs.js';
import { accuracyOf, classificationReport } from './metrics.js';
import { type PredictedRows, testPartRows } from './predicted-rows.js';

/** Scores of a model. */
export interface ModelEvaluation {
  validation: ValidationMetrics;
  test: TestMetrics;
  baselines: Baselines;
  perSymbol: SymbolMetrics[];
  /** The test rows, with the model's outputs and the baselines. */
  testRows: PredictedRows;
}

/** The model to evaluate, and the data. */
export interface EvaluationRequest {
  outputs: ModelOutputs;
  loss: LossSpec;
  /** The rows of the outputs. */
  rows: EvaluatedRows;
  data: EvaluatedData;
  /** How the outputs become decisions of a backtest. */
  decisions: DecisionSettings;
  /** Awaited regularly; throws to stop. */
  pause: () => Promise<void>;
}

/** Scores a model on the validation and test parts, and baselines on the test part. */
export async function evaluateModel(request: EvaluationRequest): Promise<ModelEvaluation> {
  const { outputs, loss, rows, data, decisions, pause } = request;
  const { dataset, parts } = data;
  const { validation, test } = parts;
  const classes = dataset.output === 'regression' ? DIRECTIONS : dataset.classes;
  const onValidation = evaluateOutputs(outputs.validation, validation.targets, loss);
  const onTest = evaluateOutputs(outputs.test, test.targets, loss);
  const { targets } = test;
  const labels = targetClasses(targets);
  const predicted = outputClasses(outputs.test, targets);
  const report = classificationReport(labels, predicted, classes);
  const baselines = await predictBaselines(data, classes.length, pause);
  const accuracy = (predictions: Int32Array, start = 0, end = test.rows): number =>
    accuracyOf(labels.subarray(start, end), predictions.subarray(start, end));
  const spans = decideSpan(rows.span, outputs.span, dataset.classes, decisions);
  // The rows of a symbol are contiguous.
  let before = 0;
  return {
    validation: { val_loss: onValidation.loss, val_accuracy: onValidation.accuracy },
    test: {
      test_loss: onTest.loss,
      test_accuracy: report.accuracy,
      mae: meanAbsoluteError(outputs.test, targets),
      precision: report.precision,
      recall: report.recall,
      f1_score: report.f1,
      per_class: report.perClass,
      confusion_matrix: report.confusionMatrix,
      classes: [...classes],
      calibration: targets instanceof Int32Array ? calibrationOf(outputs.test, targets) : null,
    },
    baselines: describeBaselines(
      baselines,
      ({ classes: said, values }) => ({
        test_accuracy: accuracy(said),
        mae: values === null ? null : meanAbsoluteError(values, targets),
      }),
      classes,
      dataset.output,
    ),
    perSymbol: dataset.symbols.map(({ symbol }, index) => {
      const rows = data.split.parts[index]!.test.length;
      const [start, end] = [before, before + rows];
      before = end;
      if (rows === 0) return { symbol, rows, test_accuracy: null, baselines: null };
      return {
        symbol,
        rows,
        test_accuracy: accuracy(predicted, start, end),
        baselines: Object.fromEntries(
          [...baselines.by].map(([name, { classes: said }]) => [name, accuracy(said, start, end)]),
        ),
      };
    }),
    testRows: testPartRows(data, outputs.test, baselines, spans),
  };
}

/** Mean absolute error of a regression; `null` for a classification. */
function meanAbsoluteError(outputs: Float32Array, targets: Targets): number | null {
  if (targets instanceof Int32Array) return null;
  let sum = 0;
  for (let row = 0; row < targets.length; row += 1) sum += Math.abs(outputs[row]! - targets[row]!);
  return sum / targets.length;
}
