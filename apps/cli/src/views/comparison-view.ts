import {
  printable,
  truncate,
  type ComparedMetric,
  type ModelComparison,
  type ModelDifference,
} from '@ktrdr/contracts';
import type { Screen } from '../screen.js';
import type { Style } from '../style.js';
import { count, percent } from './numbers.js';
import { textTable } from './text-table.js';
import { labelText } from './verdict-view.js';

/** Most differing features that are shown; `--json` prints all. */
const MOST_FEATURES = 12;
/** Longest value of a setting that is shown, characters. */
const VALUE_WIDTH = 40;

/** A linear model knows the features, so it is no baseline for an edge. A difference is not always more than chance. */
const TITLES: Readonly<Record<string, string>> = {
  baseline_linear_model: 'simpler model (linear)',
  above_best_baseline: 'difference to the best baseline',
};

/** The models' verdicts and metrics side by side, then their differences. A star marks the best where it is more than chance. */
export function comparisonView(
  { models, metrics, differences }: ModelComparison,
  { columns: width, style }: Screen,
): string {
  const names = models.map(({ model }) => ({ head: printable(model), align: 'right' as const, least: 12 }));
  const sections = [
    textTable(
      [{ head: '', least: 16 }, ...names],
      [
        ['verdict', ...models.map(({ verdict }) => `${labelText(verdict, style)}  `)],
        ...metrics.map((metric) => metricRow(metric, style)),
      ],
      style,
      width,
    ),
  ];
  for (const about of ['data', 'features', 'settings'] as const) {
    const all = differences.filter((difference) => difference.about === about);
    if (all.length === 0) continue;
    const shown = about === 'features' ? all.slice(0, MOST_FEATURES) : all;
    const more =
      all.length > shown.length ? `\n  and ${all.length - shown.length} more; use --json for all` : '';
    const columns = [
      // names of settings differ at their ends
      { head: about, least: 16, cut: 'middle' as const },
      ...models.map(({ model }) => ({ head: printable(model), least: 12 })),
    ];
    sections.push(textTable(columns, shown.map(differenceRow), style, width) + more);
  }
  if (sections.length === 1) sections.push('  No differences: data, features and settings are the same.');
  return sections.join('\n\n');
}

function metricRow({ name, values, best }: ComparedMetric, style: Style): string[] {
  return [
    TITLES[name] ?? name.replaceAll('_', ' '),
    ...values.map((value, index) => {
      const text = valueText(name, value);
      return best.includes(index) ? style.bold(`${text} *`) : `${text}  `;
    }),
  ];
}

function valueText(name: string, value: number | null): string {
  if (value === null) return '-';
  if (name === 'parameters') return count(value);
  if (name === 'above_best_baseline') return `${value > 0 ? '+' : ''}${(value * 100).toFixed(1)} points`;
  if (name.endsWith('accuracy') || name.startsWith('baseline')) return percent(value);
  return String(Number(value.toPrecision(4)));
}

function differenceRow({ name, values }: ModelDifference): string[] {
  return [
    printable(name),
    ...values.map((value) => (value === null ? '-' : truncate(printable(value), VALUE_WIDTH))),
  ];
}
