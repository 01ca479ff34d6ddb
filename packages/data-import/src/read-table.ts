import type {
  AdjustChoice,
  ImportChoices,
  ImportColumn,
  ImportQuestion,
  KtrdrError,
  StampChoice,
  Timeframe,
} from '@ktrdr/contracts';
import { formatBarTime } from '@ktrdr/market-data';
import { importError } from './bytes/import-error.js';
import type { PackedFile } from './bytes/packed-file.js';
import { saidTimeframe } from './columns/bar-length.js';
import { ANY_VALUE, onlyAnswer } from './columns/chosen-columns.js';
import { meaningOf } from './columns/column-names.js';
import { columnName, describeColumns, ignoredColumns, type Layout } from './columns/layout.js';
import type { ImportContext } from './context.js';
import { leaveOpenBarsOut } from './rows/open-bars.js';
import { askRepeated, RepeatedTimes } from './rows/repeated-times.js';
import { askValue } from './rows/series-values.js';
import { barsOfRows } from './rows/bars-of-rows.js';
import { RowProblems } from './rows/row-problems.js';
import { RowReader } from './rows/row-reader.js';
import type { SortedBars } from './rows/sorted-bars.js';
import { TableRows } from './rows/table-rows.js';
import { withTickVolume } from './rows/tick-volume.js';
import { parseFileName } from './symbol/file-symbol.js';
import { storedSymbols } from './symbol/symbols.js';
import { readRows } from './table/read-rows.js';
import { type UnderstoodTable, understandTable } from './table/understand-table.js';
import { quoteTimes } from './times/quote-times.js';
import { TimeColumn } from './times/time-column.js';
import type { TimeChoices } from './times/written-times.js';

/** More bars do not fit in memory. */
const MOST_ROWS = 50_000_000;
/** Each symbol becomes a separate file. */
const MOST_SYMBOLS = 10_000;
const MOST_ROWS_GUESSED = 4_000_000;

/** Questions that only the rows of one series can answer. */
const OF_SERIES: ReadonlySet<ImportQuestion['choice']> = new Set(['timeframe', 'stamps']);

/** What was read of one table. */
export interface ReadTable {
  format: string;
  columns: Partial<Record<ImportColumn, string>>;
  ignoredColumns: string[];
  dateFormat: string;
  timezone: string | null;
  stamps: StampChoice;
  /** `null` until the user has answered the question. */
  timeframe: Timeframe | null;
  /** True if the file writes dates without a time of day. */
  datesAlone: boolean;
  /** True if the times are in the file's own zone. */
  isLocal: boolean;
  bars: (SortedBars & { symbol: string })[];
  problems: RowProblems;
  notes: string[];
  questions: ImportQuestion[];
}

/**
 * Reads the bars of one table. The result has the rows with invalid values and the open questions.
 *
 * @throws KtrdrError `import_invalid` if the file is not a table of bars, or has no bars
 */
export async function readTable(
  file: PackedFile,
  choices: ImportChoices,
  context: ImportContext,
): Promise<ReadTable> {
  const table = await understandTable(file, choices, context);
  const { layout } = table;
  const timeChoices = timeChoicesOf(table, choices, context.now);
  const problems = new RowProblems(file.name, choices.bad_rows);
  const adjust: AdjustChoice = choices.adjust ?? 'none';
  const group = layout.groups[0]!;
  if (adjust !== 'none' && group.adjustedClose === -1)
    throw importError(
      file.name,
      `adjust: there is no column for the adjusted close. Name the column (--columns adjusted_close=NAME), or choose --adjust none`,
    );
  const capacity =
    Math.min(MOST_ROWS_GUESSED, Math.ceil(file.unpackedBytes * table.rowsPerByte * 1.02) + 16) *
    layout.groups.length;
  const rows = new TableRows(capacity, {
    ticks: layout.groups.some(({ tickVolume }) => tickVolume !== -1),
    symbols: layout.symbol !== -1 || layout.groups.length > 1,
  });
  const times = new TimeColumn(timeChoices, capacity);
  const reader = new RowReader({ ...table, adjust, rows, times, problems });
  await readRows(table, context, (scanner) => {
    reader.read(scanner);
    if (rows.length > MOST_ROWS)
      throw importError(file.name, `the file has more than ${MOST_ROWS} bars: split it`, {
        line: scanner.line,
      });
    if (reader.symbols.length > MOST_SYMBOLS)
      throw importError(
        file.name,
        `the file has more than ${MOST_SYMBOLS} symbols: split it, or say which column is the symbol (--columns symbol=NAME)`,
        { line: scanner.line },
      );
    return !problems.isFull;
  });
  if (problems.isFull) problems.throwIfBad();
  if (rows.length === 0) throw noBars(file.name, layout, problems);
  const found = times.finish(rows.symbols?.subarray(0, rows.length));
  for (const { row, problem } of found.problems) problems.add(rows.lines[row]!, problem, layout.time);
  const asked = await quoteTimes(found, { ...table, lines: rows.lines }, context);
  const used = withTickVolume(rows, layout);
  const ignored = ignoredColumns(used, table.width);
  const notes = [
    ...(file.notes ?? []),
    ...used.notes,
    ...asked.notes,
    ...adjustNotes(layout, adjust),
    ...volumeNotes(layout, ignored),
  ];
  const isOpen = found.questions.some(({ choice }) => choice === 'timezone' || choice === 'date_format');
  const openBars = leaveOpenBarsOut(reader, layout, { rows, times: found.times, problems });
  if (openBars === null && reader.openRows.length === rows.length) throw noBars(file.name, layout, problems);
  const repeated = new RepeatedTimes();
  const bars = barsOfRows(reader, {
    rows,
    times: found.times,
    problems,
    repeated,
    sure: !isOpen,
    notes,
    volumeName: columnName(used, used.groups[0]!.volume),
  });
  const several = reader.severalValues;
  const series =
    several === null
      ? await askRepeated(repeated, { ...table, rows }, context)
      : askValue(layout, several, { isOneSeries: repeated.rows.length === 0 });
  const timeframe = found.timeframe ?? (found.datesAlone ? '1d' : '1m');
  // rows of several series have the same times
  if (series === null)
    for (const [at, row] of repeated.rows.entries())
      problems.add(
        rows.lines[row]!,
        `time ${formatBarTime(found.times[row]!, timeframe)} is a duplicate of line ${rows.lines[repeated.firsts[at]!]!}, with other values`,
      );
  const name = parseFileName(file.name, found.timeframe);
  const said = reader.symbols.length === 0 && file.symbol !== undefined ? [file.symbol] : reader.symbols;
  const { symbols, question } = storedSymbols(file.name, said, name.symbol, choices);
  return {
    format: table.format,
    columns: describeColumns(used),
    ignoredColumns: ignored,
    dateFormat: found.dateFormat,
    timezone: found.timezone,
    stamps: found.stamps,
    timeframe: found.timeframe,
    datesAlone: found.datesAlone,
    isLocal: isOpen,
    bars: bars
      .map((columns, index) => ({ ...columns, symbol: symbols[index]! }))
      .filter(({ length }) => length > 0),
    problems,
    notes,
    questions: [
      question,
      ...table.questions,
      series,
      openBars,
      ...suggested(asked.questions, name.timeframe).filter(
        ({ choice }) => series === null || !OF_SERIES.has(choice),
      ),
    ].filter((one) => one !== null),
  };
}

function noBars(file: string, layout: Layout, problems: RowProblems): KtrdrError {
  problems.throwIfBad();
  const [first] = problems.leftOut.rows;
  const why = first === undefined ? '' : `. Line ${first.line}: ${first.reason}`;
  const wanted = layout.wanted
    .filter(({ value }) => value !== ANY_VALUE)
    .map(({ column, value }) => onlyAnswer(layout, column, value));
  const rows = wanted.length === 0 ? 'no row' : `no row with ${wanted.join(', ')}`;
  return importError(file, `${rows} is a bar${why}`);
}

function timeChoicesOf(
  { layout, file, sample }: UnderstoodTable,
  choices: ImportChoices,
  now: number,
): TimeChoices {
  const times: TimeChoices = {
    now,
    timezone: choices.timezone,
    dateFormat: choices.date_format,
    stamps: choices.stamps ?? (layout.stampsClose ? 'close' : undefined),
    headerZone: layout.headerZone,
    usualZone: layout.usualZone,
    usualStamps: layout.usualStamps,
  };
  const { timeframe: named } = parseFileName(file.name, null);
  return { ...times, named, timeframe: saidTimeframe(file.name, layout, sample, choices, times) };
}

/** What happens with the adjusted close, if there is one. */
function adjustNotes(layout: Layout, adjust: AdjustChoice): string[] {
  const { adjustedClose } = layout.groups[0]!;
  if (adjustedClose === -1) return [];
  const name = columnName(layout, adjustedClose);
  switch (adjust) {
    case 'none':
      return [
        `${name} is not used. For adjusted prices, choose --adjust ratio (all prices) or --adjust close.`,
      ];
    case 'close':
      return [`${name} replaces the close. Open, high and low stay as they are in the file.`];
    case 'ratio':
      return [`All four prices are scaled to ${name}.`];
  }
}

function volumeNotes(layout: Layout, ignored: string[]): string[] {
  const { volume } = layout.groups[0]!;
  const notes: string[] = [];
  if (volume === -1) {
    const shared = ignored.filter((name) => meaningOf(name)?.meaning === 'volume');
    if (layout.groups.length > 1 && shared.length > 0)
      return [`${shared.join(', ')} names no symbol: the volume is 0.`];
    const others = ignored.filter((name) => meaningOf(name) === null);
    const which = others.length === 0 ? '' : ` If one of ${others.join(', ')} is it: --columns volume=NAME.`;
    notes.push(`The file has no volume: the volume is 0.${which}`);
  }
  return notes;
}

/** The timeframe in the name of a file is likely, not certain: the file may have been renamed. */
function suggested(questions: ImportQuestion[], named: Timeframe | null): ImportQuestion[] {
  return questions.map((question) =>
    question.choice !== 'timeframe' || named === null
      ? question
      : {
          ...question,
          answers: [named, ...question.answers.filter((answer) => answer !== named)],
          suggestion: `the name of the file says ${named}`,
        },
  );
}
