import {
  printable,
  type Baselines,
  baselineTitle,
  type TestMetrics,
  type ValidationMetrics,
} from '@ktrdr/contracts';
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
        percent(accuracy) + (how === '' ? '' : style.dim(`   ${how}`)),
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
