import { printable, type DataSummary, type TargetDistribution } from '@ktrdr/contracts';
import type { Style } from '../style.js';
import { count } from './numbers.js';
import { textTable } from './text-table.js';

export function distributionView(
  { label_distribution, target_distribution }: DataSummary,
  style: Style,
): string {
  if (target_distribution !== null) return targetsView(target_distribution, style);
  return textTable(
    [
      { head: 'label' },
      { head: 'train', align: 'right' },
      { head: 'validation', align: 'right' },
      { head: 'test', align: 'right' },
    ],
    label_distribution.map(({ label, train, validation, test }) => [
      printable(label),
      count(train),
      count(validation),
      count(test),
    ]),
    style,
  );
}

/** Statistics of a regression's targets per part. */
function targetsView(parts: readonly TargetDistribution[], style: Style): string {
  const figures = ['mean', 'std', 'min', 'q05', 'median', 'q95', 'max'] as const;
  return textTable(
    [{ head: 'targets' }, ...['rows', ...figures].map((head) => ({ head, align: 'right' as const }))],
    parts.map((part) => [
      part.part,
      count(part.rows),
      ...figures.map((figure) => part[figure].toPrecision(3)),
    ]),
    style,
  );
}
