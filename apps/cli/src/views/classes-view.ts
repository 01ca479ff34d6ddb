import { printable, type TestMetrics } from '@ktrdr/contracts';
import type { Style } from '../style.js';
import { count } from './numbers.js';
import { textTable } from './text-table.js';

export function classesView({ per_class }: TestMetrics, style: Style): string {
  return textTable(
    [
      { head: 'class' },
      { head: 'precision', align: 'right' },
      { head: 'recall', align: 'right' },
      { head: 'F1', align: 'right' },
      { head: 'support', align: 'right' },
    ],
    per_class.map(({ label, precision, recall, f1, support }) => [
      printable(label),
      precision.toFixed(3),
      recall.toFixed(3),
      f1.toFixed(3),
      count(support),
    ]),
    style,
  );
}

export function confusionView({ classes, confusion_matrix }: TestMetrics, style: Style): string {
  const names = classes.map(printable);
  return textTable(
    [{ head: 'true \\ predicted' }, ...names.map((head) => ({ head, align: 'right' as const }))],
    confusion_matrix.map((row, trueClass) => [
      names[trueClass] ?? '',
      ...row.map((rows, predicted) => (predicted === trueClass ? style.bold(count(rows)) : count(rows))),
    ]),
    style,
  );
}
