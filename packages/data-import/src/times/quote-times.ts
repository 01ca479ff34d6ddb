import { type ImportQuestion, shown } from '@ktrdr/contracts';
import type { Layout } from '../columns/layout.js';
import type { ImportContext } from '../context.js';
import { readRows, type RowsToRead } from '../table/read-rows.js';
import type { RowScanner } from '../table/row-scanner.js';
import type { TimesFound } from './written-times.js';

/** A table with the line of each row. */
export interface QuotedTable extends RowsToRead {
  layout: Pick<Layout, 'time' | 'clock'>;
  lines: Uint32Array;
}

/** The questions and notes about times. The lines that they quote are read again, so that they show the text of the file. */
export async function quoteTimes(
  { questions, notes }: Pick<TimesFound, 'questions' | 'notes'>,
  { lines, layout, ...rows }: QuotedTable,
  { now, signal }: ImportContext,
): Promise<{ questions: ImportQuestion[]; notes: string[] }> {
  const texts = new Map<number, string>();
  const quote = (timeAt: (row: number) => string): { questions: ImportQuestion[]; notes: string[] } => ({
    questions: questions.map((question) => ({ ...question, message: question.message(timeAt) })),
    notes: notes.map((note) => note(timeAt)),
  });
  const wanted = new Set<number>();
  const unquoted = quote((row) => {
    wanted.add(lines[row]!);
    return '';
  });
  if (wanted.size === 0) return unquoted;
  await readRows(rows, { now, signal }, (scanner) => {
    if (wanted.has(scanner.line)) texts.set(scanner.line, timeOf(scanner, layout));
    return texts.size < wanted.size;
  });
  return quote((row) => shown(texts.get(lines[row]!)!));
}

/** The time of a row, with the time of day if it has its own column. */
function timeOf(scanner: RowScanner, { time, clock }: Pick<Layout, 'time' | 'clock'>): string {
  return clock === -1 ? scanner.text(time) : `${scanner.text(time)} ${scanner.text(clock)}`;
}
