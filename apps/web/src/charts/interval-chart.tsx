import { TableBox } from '../components/table-box.js';
import './series.css';
import './interval-chart.css';

/** One value with its interval. */
export interface IntervalRow {
  name: string;
  value: number | null;
  /** `null`: no interval is known. */
  interval: readonly [low: number, high: number] | null;
  /** 1 to 10: `--series-N` of the tokens. */
  series?: number;
}

interface IntervalChartProps {
  /** What is drawn: the table's name and the head of its first column. */
  label: string;
  /** What the values are, as the head of their column. */
  valueName: string;
  rows: readonly IntervalRow[];
  format: (value: number) => string;
  /** A value with a vertical line and its name, such as 0 for a difference. */
  reference?: { at: number; name: string };
}

/** Values and their intervals on one axis. A table: its numbers are beside the drawing. */
export function IntervalChart({ label, valueName, rows, format, reference }: IntervalChartProps) {
  const { low, high } = extentOf(rows, reference?.at);
  const at = (value: number): number => (100 * (value - low)) / (high - low);
  return (
    <TableBox label={label} class="interval-box">
      <table class="interval-chart" aria-label={label}>
        <thead>
          <tr>
            <th scope="col" class="interval-label">
              {label}
            </th>
            <th scope="col" class="number">
              {valueName}
            </th>
            <th scope="col" class="number">
              95 % interval
            </th>
            <th scope="col" class="interval-axis">
              {reference === undefined ? (
                <span class="visually-hidden">Drawing</span>
              ) : (
                <span class="interval-reference-name" style={{ insetInlineStart: `${at(reference.at)}%` }}>
                  {reference.name}
                </span>
              )}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, value, interval, series = 1 }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td class="number">{value === null ? '–' : format(value)}</td>
              <td class="number">
                {interval === null ? '–' : `${format(interval[0])} to ${format(interval[1])}`}
              </td>
              <td class="interval-axis">
                <span class="interval-plot" aria-hidden="true">
                  <svg class={`series-${series}`} viewBox="0 0 100 20" preserveAspectRatio="none">
                    {reference !== undefined && (
                      <line
                        class="interval-reference"
                        x1={at(reference.at)}
                        x2={at(reference.at)}
                        y1="0"
                        y2="20"
                      />
                    )}
                    {interval !== null && (
                      <line class="interval-line" x1={at(interval[0])} x2={at(interval[1])} y1="10" y2="10" />
                    )}
                  </svg>
                  {value !== null && (
                    <span
                      class={`interval-value series-${series}`}
                      style={{ insetInlineStart: `${at(value)}%` }}
                    />
                  )}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableBox>
  );
}

/** The axis with a margin, so that nothing touches its ends. */
function extentOf(
  rows: readonly IntervalRow[],
  reference: number | undefined,
): { low: number; high: number } {
  const values = rows.flatMap(({ value, interval }) => [value ?? [], interval ?? []].flat());
  const all = reference === undefined ? values : [...values, reference];
  const least = Math.min(...all);
  const most = Math.max(...all);
  if (!(most > least)) return { low: least - 1, high: least + 1 };
  const margin = (most - least) * 0.08;
  return { low: least - margin, high: most + margin };
}
