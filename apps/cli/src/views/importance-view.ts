import { printable, type TrainingResult } from '@ktrdr/contracts';
import type { Style } from '../style.js';
import { counted, percent } from './numbers.js';
import { textTable } from './text-table.js';

/** Permutation importance of each feature; empty without detailed analytics. */
export function importanceView({ artifacts }: TrainingResult, style: Style): string {
  const importance = artifacts.feature_importance;
  if (importance === null) return '';
  return textTable(
    [
      { head: `feature (shuffled in ${counted(importance.rows, 'test row')})` },
      { head: 'drop in accuracy', align: 'right' },
      { head: 'rise in loss', align: 'right' },
    ],
    importance.features.map(({ feature, accuracy_drop, loss_rise }) => [
      printable(feature),
      percent(accuracy_drop),
      loss_rise.toPrecision(3),
    ]),
    style,
  );
}
