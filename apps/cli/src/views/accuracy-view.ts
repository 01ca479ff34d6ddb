import {
  accuracyText,
  type Baselines,
  baselineTitle,
  type TestMetrics,
  type ValidationMetrics,
  type Verdict,
} from '@ktrdr/contracts';
import { printable, wrapped } from '../printable.js';
import type { Style } from '../style.js';
import { percent } from './numbers.js';
import { pairs } from './text-table.js';

/** Widest line of a sentence, characters. */
const SENTENCE_WIDTH = 78;

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
      ['mean absolute error', typeof test.mae === 'number' ? figure(test.mae) : null],
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

/** The available baselines; older models have fewer, and do not say what a baseline knew. */
function baselineScores(baselines: Partial<Baselines> | null): BaselineScore[] {
  return Object.entries(baselines ?? {}).map(([name, baseline]) => {
    const { test_accuracy: accuracy, mae, knows } = baseline;
    const how = [
      ...(typeof mae === 'number' ? [`error ${figure(mae)}`] : []),
      ...('label' in baseline ? [`always ${baseline.label}`] : knows === undefined ? [] : [`knows ${knows}`]),
    ].join('   ');
    return { name: printable(baselineTitle(name, baseline)), accuracy, how: printable(how) };
  });
}

function calibrationText(calibration: TestMetrics['calibration'] | undefined, style: Style): string | null {
  if (!calibration) return null;
  const brier = style.dim(`   Brier score ${calibration.brier_score.toFixed(3)}`);
  return percent(calibration.expected_calibration_error) + brier;
}

function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** One sentence that compares the model with the best baseline. `null`: a model of an earlier version, which was not judged. */
export function accuracySentence(verdict: Verdict | null, style: Style): string {
  if (verdict === null) {
    return style.yellow('  Whether the model is better than the baselines was not measured: train it again.');
  }
  const { accuracy, rows } = verdict;
  const text = wrapped(`  ${printable(accuracyText(accuracy, rows))}`, SENTENCE_WIDTH);
  return accuracy.better === 'better' ? style.green(text) : style.yellow(text);
}
