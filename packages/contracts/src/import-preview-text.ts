import { IMPORT_COLUMNS, type ImportPreview, type ImportQuestionChoice } from './data-import.js';

/** What an import understood of a file, in the words of the command line and of the page. */

/** Columns with their meanings: `date, open, close: Last`. */
export function importColumnsText({ columns }: Pick<ImportPreview, 'columns'>): string {
  return IMPORT_COLUMNS.flatMap((meaning) => {
    const column = columns[meaning];
    if (column === undefined) return [];
    return [meaning === column ? meaning : `${meaning.replaceAll('_', ' ')}: ${column}`];
  }).join(', ');
}

/** Format of the times, their zone, and whether they are open or close times: `DD.MM.YYYY HH:mm, UTC, open times of bars`. */
export function importTimesText({
  date_format,
  timezone,
  stamps,
  questions,
  bars,
}: Pick<ImportPreview, 'date_format' | 'timezone' | 'stamps' | 'questions' | 'bars'>): string {
  const isAsked = (asked: ImportQuestionChoice): boolean => questions.some(({ choice }) => choice === asked);
  const ofDays = bars.every(({ timeframe }) => timeframe === '1d' || timeframe === '1w');
  const zone = timezone === null ? (isAsked('timezone') ? ', time zone unknown' : '') : `, ${timezone}`;
  const stamp = ofDays && timezone === null ? '' : `, ${stamps} times of bars`;
  const format = isAsked('date_format') ? 'date format unknown' : date_format;
  return `${format}${zone}${stamp}`;
}
