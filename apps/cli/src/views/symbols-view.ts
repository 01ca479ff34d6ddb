import { printable, bestUninformed, type TrainingResult } from '@ktrdr/contracts';
import type { Style } from '../style.js';
import { count, percent } from './numbers.js';
import { textTable } from './text-table.js';

export function symbolsView({ artifacts }: TrainingResult, style: Style): string {
  const symbols = artifacts.per_symbol_metrics;
  if (symbols.length < 2) return '';
  const heads = ['test rows', 'test accuracy', 'best baseline', 'linear model'];
  return textTable(
    [{ head: 'symbol' }, ...heads.map((head) => ({ head, align: 'right' as const }))],
    symbols.map(({ symbol, rows, test_accuracy, baselines }) => [
      printable(symbol),
      count(rows),
      ...[
        test_accuracy,
        baselines === null ? null : bestUninformed(baselines),
        baselines?.linear_model ?? null,
      ].map((accuracy) => (accuracy === null ? '-' : percent(accuracy))),
    ]),
    style,
  );
}
