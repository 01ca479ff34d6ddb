import type { ImportChoices, ImportQuestion } from '@ktrdr/contracts';
import type { PackedFile } from '../bytes/packed-file.js';
import type { TextEncoding } from '../bytes/text-encoding.js';
import { findLayout } from '../columns/find-layout.js';
import type { NamedTable } from '../columns/find-columns.js';
import { priceScaleOf, volumeScaleOf } from '../columns/price-scale.js';
import { type Layout, valueColumns } from '../columns/layout.js';
import type { ImportContext } from '../context.js';
import { areWanted } from '../rows/wanted-rows.js';
import { DecimalSurvey } from '../numbers/decimal-sign.js';
import type { DecimalSign } from '../numbers/number-text.js';
import { type Dialect, findDialect, isDataRow, type TextRow } from './find-dialect.js';
import { findHeader } from './find-header.js';
import { readHead } from './head.js';
import { readRows, type RowsToRead } from './read-rows.js';
import { isCompact, usualTimesOf } from './usual-times.js';

const COMMA = 44;
const POINT = 46;

/** What a table is, before its rows are read. */
export interface UnderstoodTable extends RowsToRead {
  /** For display: `CSV, separated by ";", decimal comma, Windows-1252`. */
  format: string;
  layout: Layout;
  /** Cells that a row has. */
  width: number;
  decimal: DecimalSign;
  /** The prices of the file are divided by it. */
  priceScale: number;
  /** The volumes are multiplied by it. */
  volumeScale: number;
  /** Cells of the header; `null` without one. */
  header: string[] | null;
  /** Rows from the first one on that were looked at. */
  sample: TextRow[];
  questions: ImportQuestion[];
  /** Estimated number of rows per unpacked byte. */
  rowsPerByte: number;
}

/**
 * Finds out how a file writes its table and what its columns mean. Reads the beginning, and the whole file if the beginning leaves open
 * which sign stands before the decimals.
 *
 * @throws KtrdrError `import_invalid` if it is no table of bars
 */
export async function understandTable(
  file: PackedFile,
  choices: ImportChoices,
  context: ImportContext,
): Promise<UnderstoodTable> {
  const head = await readHead(file);
  const dialect = findDialect(file.name, head);
  const header = findHeader(dialect.rows);
  const sample = dialect.rows.slice(header.dataRow);
  const firstLine = sample[0]!.line;
  const table: NamedTable = {
    file: file.name,
    names: header.names,
    symbols: header.symbols,
    rows: sample.filter(({ cells }) => isDataRow(cells)).map(({ cells }) => cells),
    line: (sample.find(({ cells }) => isDataRow(cells)) ?? sample[0]!).line,
  };
  const rowsToRead: RowsToRead = { file, encoding: head.encoding, separators: dialect.separators, firstLine };
  // the sign before the decimals says what the numbers are, and the columns say which cells are numbers
  const first = findLayout(table, header.named, choices.decimal ?? '.', choices);
  const survey = new DecimalSurvey(writesPoints(first, dialect, header.names, table.rows));
  if (choices.decimal === undefined)
    await surveyDecimals(survey, first, sample, head.whole ? null : rowsToRead, context);
  const sign = choices.decimal ?? survey.sign;
  const decimal = sign ?? '.';
  const layout =
    decimal === (choices.decimal ?? '.') ? first : findLayout(table, header.named, decimal, choices);
  const known = header.cells === null ? { ...layout, ...usualTimes(file.name, dialect, sample) } : layout;
  const prices = priceScaleOf(table, layout, choices);
  const volumes = volumeScaleOf(layout, table.rows);
  const questions = [...known.questions, ...prices.questions];
  return {
    ...rowsToRead,
    format: file.format ?? describe(dialect, decimal, head.encoding, header.cells !== null),
    layout: { ...known, notes: [...known.notes, ...prices.notes, ...volumes.notes] },
    width: header.cells === null ? usualWidth(table.rows) : header.names.length,
    decimal,
    priceScale: prices.scale,
    volumeScale: volumes.scale,
    header: header.cells,
    sample: sample.filter(({ cells }) => areWanted(layout, cells)),
    questions: sign === null ? [...questions, survey.question()] : questions,
    rowsPerByte: countOf(head.bytes, dialect.separators.returns ? 13 : 10) / head.bytes.length,
  };
}

/** Where commas separate cells without quotes, and in layouts whose source writes points, a point is never between thousands. */
function writesPoints(
  layout: Layout,
  { separators }: Dialect,
  names: (string | null)[],
  rows: string[][],
): boolean {
  const headerless = names.every((name) => name === null);
  if (layout.writesPoints || (headerless && isCompact(separators.field, rows))) return true;
  return separators.field === COMMA && !rows.some((row) => row.some((cell) => /\d,\d/.test(cell)));
}

async function surveyDecimals(
  survey: DecimalSurvey,
  { groups }: Layout,
  sample: TextRow[],
  rest: RowsToRead | null,
  context: ImportContext,
): Promise<void> {
  const values = new Set(groups.flatMap(valueColumns));
  for (const { line, cells } of sample) {
    for (const [column, cell] of cells.entries()) survey.add(line, cell, values.has(column));
    if (survey.isDecided) return;
  }
  if (rest === null) return;
  const { onProgress: _, ...silent } = context;
  await readRows(rest, silent, (scanner) => {
    const { bytes, starts, ends, line, fields } = scanner;
    for (const column of values)
      if (column < fields && hasSign(bytes, starts[column]!, ends[column]!))
        survey.add(line, scanner.text(column), true);
    return !survey.isDecided;
  });
}

function hasSign(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at] === COMMA || bytes[at] === POINT) return true;
  return false;
}

function countOf(bytes: Uint8Array, byte: number): number {
  let count = 0;
  for (const other of bytes) if (other === byte) count++;
  return count;
}

/** The number of cells that most rows have. */
function usualWidth(rows: string[][]): number {
  const counts = new Map<number, number>();
  for (const { length } of rows) counts.set(length, (counts.get(length) ?? 0) + 1);
  return [...counts].toSorted((a, b) => b[1] - a[1])[0]![0];
}

function usualTimes(name: string, { separators }: Dialect, sample: TextRow[]): Partial<Layout> {
  return usualTimesOf({ name, separator: separators.field, rows: sample.map(({ cells }) => cells) });
}

function describe(
  dialect: Dialect,
  decimal: DecimalSign,
  encoding: TextEncoding,
  hasHeader: boolean,
): string {
  return [
    'CSV',
    `separated by ${dialect.name}`,
    ...(decimal === ',' ? ['decimal comma'] : []),
    ...(encoding.name === 'UTF-8' ? [] : [encoding.name]),
    ...(hasHeader ? [] : ['no header']),
  ].join(', ');
}
