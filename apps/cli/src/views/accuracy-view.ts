import type { Baselines, TestMetrics, ValidationMetrics } from '@ktrdr/contracts';
import { printable } from '../printable.js';
import type { Style } from '../style.js';
import { percent } from './numbers.js';
import { pairs } from './text-table.js';

/** Accuracy on rows that the model never saw, compared with simple baselines. */
export function accuracyView(
  test: TestMetrics,
  baselines: Partial<Baselines> | null,
  validation: ValidationMetrics | null,
  testRows: string | null,
  style: Style,
): string {
  const rows = testRows === null ? '' : style.dim(`   ${testRows}`);
  return pairs(
    [
      ['test accuracy', style.bold(percent(test.test_accuracy)) + rows],
      ...baselineScores(baselines).map(({ name, accuracy, how }): [string, string] => [
        name,
        percent(accuracy) + style.dim(`   ${how}`),
      ]),
      ['mean absolute error', maeText(test, baselines)],
      ['validation accuracy', validation === null ? null : percent(validation.val_accuracy)],
      ['calibration error', calibrationText(test.calibration, style)],
    ],
    style,
  );
}

interface BaselineScore {
  name: string;
  accuracy: number;
  how: string;
}

/** The available baselines; older models have fewer. */
function baselineScores(baselines: Partial<Baselines> | null): BaselineScore[] {
  const { majority_class: majority, last_label: last, linear_model: linear } = baselines ?? {};
  const scores: BaselineScore[] = [];
  if (majority !== undefined) {
    const how = `always ${printable(majority.label)}, the most frequent training label`;
    scores.push({ name: 'majority class', accuracy: majority.test_accuracy, how });
  }
  if (last !== undefined) {
    const how = 'the latest label known before each bar';
    scores.push({ name: 'last label', accuracy: last.test_accuracy, how });
  }
  if (linear !== undefined) {
    const name = printable(linear.type.replaceAll('_', ' '));
    scores.push({ name, accuracy: linear.test_accuracy, how: "on the features of each row's last bar" });
  }
  return scores;
}

function maeText({ mae }: TestMetrics, baselines: Partial<Baselines> | null): string | null {
  if (typeof mae !== 'number') return null;
  const linear = baselines?.linear_model?.mae;
  const beside = typeof linear === 'number' ? `   linear regression ${figure(linear)}` : '';
  return figure(mae) + beside;
}

function calibrationText(calibration: TestMetrics['calibration'] | undefined, style: Style): string | null {
  if (!calibration) return null;
  const brier = style.dim(`   Brier score ${calibration.brier_score.toFixed(3)}`);
  return percent(calibration.expected_calibration_error) + brier;
}

function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** One sentence that compares the model with the best baseline. */
export function verdict(test: TestMetrics, baselines: Partial<Baselines> | null, style: Style): string {
  const [best] = baselineScores(baselines).toSorted((a, b) => b.accuracy - a.accuracy);
  if (best === undefined) return '';
  const points = (test.test_accuracy - best.accuracy) * 100;
  if (points > 0) {
    return style.green(
      `  The model is ${points.toFixed(1)} percentage points better than the best baseline,\n  ${best.name}.`,
    );
  }
  const how = points === 0 ? 'only equals the best baseline' : 'does not beat the best baseline';
  return style.yellow(
    `  The model ${how}.\n` +
      `  Accuracy: ${best.name} ${percent(best.accuracy)}, the model ${percent(test.test_accuracy)}.`,
  );
}
