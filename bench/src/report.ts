import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';

/** One row of a report. All rows have the same keys, in the order of the columns. */
export type ReportRow = Readonly<Record<string, string | number | boolean | null>>;

/**
 * Prints `rows` as a table and writes them to `bench/results/<name>.json` with a description of the machine.
 * The table shows four significant digits; the file has all digits.
 */
export async function report(name: string, rows: readonly ReportRow[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {});
  const table = new Table({ head: columns, style: { head: [], border: [] } });
  for (const row of rows) table.push(columns.map((column) => shown(row[column] ?? null)));
  console.log(table.toString());
  const folder = join(import.meta.dirname, '../results');
  await mkdir(folder, { recursive: true });
  const machine = {
    node: process.version,
    platform: process.platform,
    cpus: cpus().length,
    cpu: cpus()[0]?.model,
  };
  const body = { benchmark: name, measured_at: new Date().toISOString(), ...machine, rows };
  await writeFile(join(folder, `${name}.json`), `${JSON.stringify(body, null, 2)}\n`);
}

/** Prints one row as soon as it is known: a run that takes minutes shows what it does. `report` prints all rows as a table. */
export function printRow(row: ReportRow): void {
  const cells = Object.entries(row).filter(([, value]) => value !== null && value !== '');
  console.log(cells.map(([column, value]) => `${column}: ${shown(value)}`).join(' · '));
}

/** The median of `values`. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** The value below which `share` (0 to 1) of `values` lie. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? Number.NaN;
}

function shown(value: string | number | boolean | null): string {
  if (value === null) return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string' || Number.isInteger(value)) return String(value);
  return String(Number(value.toPrecision(4)));
}
