import type { ImportChoices } from '@ktrdr/contracts';

/** Names of the choices of an import, in questions and in the form. */
export const CHOICE_WORDS: Readonly<Record<keyof ImportChoices, string>> = {
  symbol: 'Symbol',
  symbol_map: 'New names of symbols',
  timeframe: 'Timeframe',
  timezone: 'Time zone',
  date_format: 'Date format',
  stamps: 'Times of bars',
  columns: 'Columns',
  decimal: 'Decimal sign',
  adjust: 'Adjusted close',
  bad_rows: 'Rows with an invalid value',
  on_conflict: 'Bars that differ from stored bars',
};

/** A text of the import, in which options of the command line become fields of the form: `--adjust ratio` is `“Adjusted close” ratio`. */
export function inWordsOfForm(text: string): string {
  return text.replace(/--([a-z]+(?:-[a-z]+)*)/g, (option, name: string) => {
    const choice = name.replaceAll('-', '_');
    return Object.hasOwn(CHOICE_WORDS, choice) ? `“${CHOICE_WORDS[choice as keyof ImportChoices]}”` : option;
  });
}
