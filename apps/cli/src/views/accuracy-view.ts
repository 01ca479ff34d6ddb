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
  const scores = baselineScores(baselines);
  const calibration = test.calibration ?? null;
  const shares = [
    test.test_accuracy,
    ...scores.map(({ accuracy }) => accuracy),
    ...(validation === null ? [] : [validation.val_accuracy]),
    ...(calibration === null ? [] : [calibration.expected_calibration_error]),
  ];
  // the texts beside them begin in one column
  const width = Math.max(...shares.map((share) => percent(share).length));
  const aligned = (share: number): string => percent(share).padStart(width);
  return pairs(
    [
      ['test accuracy', style.bold(aligned(test.test_accuracy)) + rows],
      ...scores.map(({ name, accuracy, how }): [string, string] => [
        name,
        aligned(accuracy) + (how === '' ? '' : style.dim(`   ${how}`)),
      ]),
      ['mean absolute error', typeof test.mae === 'number' ? figure(test.mae) : null],
      ['validation accuracy', validation === null ? null : aligned(validation.val_accuracy)],
      [
        'calibration error',
        calibration === null
          ? null
          : aligned(calibration.expected_calibration_error) +
            style.dim(`   Brier score ${calibration.brier_score.toFixed(3)}`),
      ],
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

function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}
