import {
  importColumnsText,
  importTimesText,
  type ImportedBars,
  type ImportPreview,
  type LeftOutRow,
  oneLine,
  printable,
} from '@ktrdr/contracts';
import type { Style } from '../style.js';
import { alike, count, counted, fileSize, moment, period } from './numbers.js';
import type { Terminal } from './terminal.js';
import { pairs, textTable } from './text-table.js';

/** Lines of the rows that are left out, and symbols, that a view names. */
const MOST_ROWS = 5;
const MOST_SYMBOLS = 10;

/** What an import understood of a file: facts, notes, and the first and last bars. */
export function importPreviewView(
  preview: ImportPreview,
  { columns, style }: Pick<Terminal, 'columns' | 'style'>,
): string {
  const { bars, notes, questions } = preview;
  const hasDates = questions.every(({ choice }) => choice !== 'date_format');
  const sections = [
    `${style.bold(printable(preview.file))}   ${fileSize(preview.bytes)}`,
    pairs([...factsOf(preview), ...(bars.length === 1 ? factsOfBars(bars[0]!, hasDates) : [])], style),
    bars.length > 1 ? symbolsTable(bars, columns, style) : '',
    ...bars.slice(0, 1).map((one) => barsTable(one, bars.length > 1, columns, style)),
    notes.map((note) => `  ${style.yellow('note:')} ${printable(note)}`).join('\n'),
  ];
  return sections.filter((section) => section !== '').join('\n\n');
}

function factsOf(preview: ImportPreview): [string, string | null][] {
  const { ignored_columns, left_out_rows, left_out } = preview;
  return [
    ['format', printable(preview.format)],
    ['columns', printable(oneLine(importColumnsText(preview)))],
    ['not used', printable(oneLine(ignored_columns.join(', ')))],
    ['times', printable(oneLine(importTimesText(preview)))],
    ['left out', leftOutText(left_out_rows, left_out)],
  ];
}

function leftOutText(rows: number, left: readonly LeftOutRow[]): string | null {
  if (rows === 0) return null;
  const shown = left.slice(0, MOST_ROWS).map(({ line, reason }) => `line ${count(line)}: ${oneLine(reason)}`);
  const more = rows - shown.length;
  const lines = [counted(rows, 'row'), ...shown, ...(more > 0 ? [`and ${count(more)} more`] : [])];
  return printable(lines.join('\n'));
}

/** @param hasDates false while the order of day and month is open: the range would be a guess */
function factsOfBars(
  { symbol, timeframe, rows, first, last }: ImportedBars,
  hasDates: boolean,
): [string, string | null][] {
  return [
    ['symbol', printable(symbol)],
    ['timeframe', timeframe ?? 'unknown'],
    ['range', rows === 0 || !hasDates ? null : period(first, last)],
    ['rows', count(rows)],
  ];
}

function symbolsTable(bars: readonly ImportedBars[], columns: number, style: Style): string {
  const table = textTable(
    [
      { head: 'symbol', least: 10 },
      { head: 'timeframe' },
      { head: 'rows', align: 'right' },
      { head: 'first', drop: 1 },
      { head: 'last' },
    ],
    bars
      .slice(0, MOST_SYMBOLS)
      .map(({ symbol, timeframe, rows, first, last }) => [
        printable(symbol),
        timeframe ?? 'unknown',
        count(rows),
        moment(first),
        moment(last),
      ]),
    style,
    columns,
  );
  const more = bars.length - MOST_SYMBOLS;
  return more > 0 ? `${table}\n  and ${counted(more, 'more symbol')}` : table;
}

/** The first bars and the last one. @param isNamed true if the symbol must be named: there are others */
function barsTable(
  { symbol, preview, rows }: ImportedBars,
  isNamed: boolean,
  columns: number,
  style: Style,
): string {
  if (preview.length === 0) return '';
  const numbers = ['open', 'high', 'low', 'close', 'volume'] as const;
  const prices = alike(preview.flatMap(({ open, high, low, close }) => [open, high, low, close]));
  const volume = alike(preview.map((bar) => bar.volume));
  const lines = preview.map((bar) => [
    printable(bar.time),
    ...numbers.map((name) => (name === 'volume' ? volume : prices)(bar[name])),
  ]);
  // between the first bars and the last one
  if (rows > preview.length) lines.splice(-1, 0, ['...', '', '', '', '', '']);
  const table = textTable(
    [
      { head: 'time' },
      ...numbers.map((head) => ({
        head,
        align: 'right' as const,
        ...(head === 'volume' ? { drop: 1 } : {}),
      })),
    ],
    lines,
    style,
    columns,
  );
  return isNamed ? `  bars of ${printable(symbol)}\n${table}` : table;
}
