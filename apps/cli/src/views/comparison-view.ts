import {
  printable,
  truncate,
  type ComparedMetric,
  type FigureUnit,
  type ModelComparison,
  type ModelDifference,
} from '@ktrdr/contracts';
import type { Screen } from '../screen.js';
import type { Style } from '../style.js';
import { count, orDash, percent, ratio } from './numbers.js';
import { textTable } from './text-table.js';
import { labelText } from './verdict-view.js';

/** Most differing features that are shown; `--json` prints all. */
const MOST_FEATURES = 12;
/** An interval such as `-0.90 to 1.70` is never cut. */
const FIGURE_WIDTH = 15;
/** Longest value of a setting that is shown, characters. */
const VALUE_WIDTH = 40;

/** The models' verdicts and metrics side by side, then their differences. A star marks the best where it is more than chance. */
export function comparisonView(
  { models, metrics, differences }: ModelComparison,
  { columns: width, style }: Screen,
): string {
  const names = models.map(({ model }) => ({
    head: printable(model),
    align: 'right' as const,
    least: FIGURE_WIDTH,
    cut: 'wrap' as const,
  }));
  const sections = [
    textTable(
      [{ head: '', least: 16, cut: 'wrap' }, ...names],
      [
        ['verdict', ...models.map(({ verdict }) => `${labelText(verdict, style)}  `)],
        ...metrics.flatMap((metric) => metricRows(metric, style)),
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
      { head: about, least: 16, cut: 'wrap' as const },
      ...models.map(({ model }) => ({ head: printable(model), least: 12, cut: 'wrap' as const })),
    ];
    sections.push(textTable(columns, shown.map(differenceRow), style, width) + more);
  }
  if (sections.length === 1) sections.push('  No differences: data, features and settings are the same.');
  return sections.join('\n\n');
}

/** The values, and below them their intervals where there are any. */
function metricRows({ title, unit, values, intervals, best }: ComparedMetric, style: Style): string[][] {
  const text = FIGURE_TEXTS[unit];
  const figures = values.map((value, index) => {
    const figure = orDash(value, text);
    return best.includes(index) ? style.bold(`${figure} *`) : `${figure}  `;
  });
  const rows = [[printable(title), ...figures]];
  if (intervals?.some((interval) => interval !== null)) {
    const ranges = intervals.map(
      (interval) => `${orDash(interval, (range) => range.map(text).join(' to '))}  `,
    );
    rows.push(['  95 % interval', ...ranges]);
  }
  return rows;
}

const FIGURE_TEXTS: Readonly<Record<FigureUnit, (value: number) => string>> = {
  share: percent,
  points: (value) => (100 * value).toFixed(1).replace(/^-0\.0$/, '0.0'),
  ratio,
  basis_points: (value) => `${value.toFixed(1)} bps`,
  count,
  value: (value) => String(Number(value.toPrecision(4))),
};

function differenceRow({ name, values }: ModelDifference): string[] {
  return [
    printable(name),
    ...values.map((value) => (value === null ? '-' : truncate(printable(value), VALUE_WIDTH))),
  ];
}
