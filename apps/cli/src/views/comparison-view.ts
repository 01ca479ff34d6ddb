import {
  printable,
  truncate,
  type ComparedMetric,
  type FigureUnit,
  type ModelComparison,
  type ModelDifference,
} from '@ktrdr/contracts';
import { shownWidth } from '../shown-width.js';
import type { Screen } from '../screen.js';
import type { Style } from '../style.js';
import { count, orDash, percent, ratio } from './numbers.js';
import { type Column, textTable } from './text-table.js';
import { labelText } from './verdict-view.js';

/** Most differing features that are shown; `--json` prints all. */
const MOST_FEATURES = 12;
/** An interval such as `-0.90 to 1.70` is never cut. */
const FIGURE_WIDTH = 15;
/** Longest value of a setting that is shown, characters. */
const VALUE_WIDTH = 40;

/**
 * The models' verdicts and metrics side by side, then their differences. A star marks the best where it is more than chance. Models
 * that do not fit beside each other follow in further tables.
 */
export function comparisonView(
  { models, metrics, differences }: ModelComparison,
  { columns: width, style }: Screen,
): string {
  const tables = (head: string, column: Omit<Column, 'head'>, rows: string[][]): string => {
    const table = ({ from, to }: Range): string =>
      textTable(
        [
          { head, least: 16, cut: 'wrap' },
          ...models
            .slice(from, to)
            .map(({ model }): Column => ({ head: printable(model), cut: 'wrap', ...column })),
        ],
        rows.map(([name = '', ...values]) => [name, ...values.slice(from, to)]),
        style,
        width,
      );
    return fewestTables(models.length, table, width).join('\n\n');
  };
  const sections = [
    tables('', { align: 'right', least: FIGURE_WIDTH }, [
      ['verdict', ...models.map(({ verdict }) => `${labelText(verdict, style)}  `)],
      ...metrics.flatMap((metric) => metricRows(metric, style)),
    ]),
  ];
  for (const about of ['data', 'features', 'settings'] as const) {
    const all = differences.filter((difference) => difference.about === about);
    if (all.length === 0) continue;
    const shown = about === 'features' ? all.slice(0, MOST_FEATURES) : all;
    const more =
      all.length > shown.length ? `\n  and ${all.length - shown.length} more; use --json for all` : '';
    sections.push(tables(about, { least: 12 }, shown.map(differenceRow)) + more);
  }
  if (sections.length === 1) sections.push('  No differences: data, features and settings are the same.');
  return sections.join('\n\n');
}

/** Models of one table: the first, and the one after the last. */
interface Range {
  from: number;
  to: number;
}

/** The models in as few tables as fit the width, with at least one model in each. */
function fewestTables(count: number, table: (models: Range) => string, width: number): string[] {
  for (let size = count; ; size--) {
    const tables = Array.from({ length: Math.ceil(count / size) }, (_, index) =>
      table({ from: index * size, to: (index + 1) * size }),
    );
    const lines = tables.flatMap((text) => text.split('\n'));
    if (size === 1 || lines.every((line) => shownWidth(line) < width)) return tables;
  }
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
