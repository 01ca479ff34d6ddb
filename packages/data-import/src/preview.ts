import type { ImportedBars, ImportPreview, ImportQuestion, LeftOutRow } from '@ktrdr/contracts';
import { formatBarTime } from '@ktrdr/market-data';
import type { CombinedBars } from './combine-tables.js';
import type { ReadTable } from './read-table.js';

const MOST_LISTED = 100;

/** Facts about the file of a preview. */
export interface PreviewedFile {
  file: string;
  bytes: number;
  sha256: string;
  /** For display: `gzip`; `null` if the file is not compressed. */
  packing: string | null;
  /** Files of an archive that are not read. */
  skipped: string[];
  /** Name of each table's file. */
  names: string[];
}

/** Describes what was read of a file. Of an archive, the format and the columns are those of the first file. */
export function previewOf(
  { packing, skipped, names, ...facts }: PreviewedFile,
  tables: ReadTable[],
  bars: CombinedBars[],
): ImportPreview {
  const [first] = tables;
  const { format, columns, ignoredColumns, dateFormat, timezone, stamps } = first!;
  const questions = questionsOf(tables);
  const isOpen = questions.some(({ choice }) => choice !== 'bad_rows');
  const isLocal = tables.some((table) => table.isLocal);
  const datesAlone = tables.every((table) => table.datesAlone);
  return {
    ...facts,
    format: packing === null ? format : `${format}, ${packing}`,
    columns,
    ignored_columns: ignoredColumns,
    date_format: dateFormat,
    timezone,
    stamps,
    bars: bars.map((part) => describeBars(part, { isOpen, isLocal, datesAlone })),
    left_out_rows: tables.reduce((count, { problems }) => count + problems.leftOut.count, 0),
    left_out: leftOutOf(tables, names),
    notes: notesOf(tables, names, skipped),
    questions,
  };
}

/** A question that several files share is asked once. */
function questionsOf(tables: ReadTable[]): ImportQuestion[] {
  const all = tables.flatMap(({ questions, problems }) => {
    const badRows = problems.question();
    return badRows === null ? questions : [...questions, badRows];
  });
  return all.filter(({ choice }, at) => all.findIndex((other) => other.choice === choice) === at);
}

function leftOutOf(tables: ReadTable[], names: string[]): LeftOutRow[] {
  const rows = tables.flatMap(({ problems }, at) =>
    problems.leftOut.rows.map(({ line, reason }) => ({
      line,
      reason: tables.length === 1 ? reason : `${reason} (${names[at]!})`,
    })),
  );
  return rows.toSorted((a, b) => (tables.length === 1 ? a.line - b.line : 0)).slice(0, MOST_LISTED);
}

function notesOf(tables: ReadTable[], names: string[], skipped: string[]): string[] {
  const notes = [...new Set(tables.flatMap((table) => table.notes))];
  if (names.length > 1) notes.push(`The archive has ${names.length} files of bars: ${some(names)}.`);
  if (skipped.length > 0) notes.push(`Files of the archive that are not read: ${some(skipped)}.`);
  return notes;
}

function some(names: string[]): string {
  return names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');
}

function describeBars(
  bars: CombinedBars,
  { isOpen, isLocal, datesAlone }: { isOpen: boolean; isLocal: boolean; datesAlone: boolean },
): ImportedBars {
  const { symbol, timeframe, length, time } = bars;
  const text = (row: number): string => {
    const written = formatBarTime(time[row]!, timeframe ?? (datesAlone ? '1d' : '1m'));
    return isLocal ? written.replace('Z', '') : written;
  };
  const rows = [...new Set([0, 1, length - 1])].filter((row) => row >= 0 && row < length);
  return {
    symbol,
    timeframe,
    rows: length,
    first: text(0),
    last: text(length - 1),
    preview: isOpen
      ? []
      : rows.map((row) => ({
          time: text(row),
          open: bars.open[row]!,
          high: bars.high[row]!,
          low: bars.low[row]!,
          close: bars.close[row]!,
          volume: bars.volume[row]!,
        })),
  };
}
