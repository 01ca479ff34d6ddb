import type { AdjustChoice, BadRowChoice, ImportChoices } from '@ktrdr/contracts';

/** Names of the choices of an import, in questions and in the form. */
export const CHOICE_WORDS: Readonly<Record<keyof ImportChoices, string>> = {
  symbol: 'Symbol',
  symbol_map: 'New names of symbols',
  timeframe: 'Timeframe',
  timezone: 'Time zone',
  date_format: 'Date format',
  stamps: 'Times of bars',
  columns: 'Columns',
  only: 'Only rows with a value',
  decimal: 'Decimal sign',
  price_scale: 'Price scale',
  adjust: 'Adjusted close',
  bad_rows: 'Rows with an invalid value',
  on_conflict: 'Bars that differ from stored bars',
};

export const ADJUST_WORDS: Readonly<Record<AdjustChoice, string>> = {
  none: 'Do not use it',
  close: 'Use it as the close',
  ratio: 'Scale all four prices with it',
};

export const BAD_ROWS_WORDS: Readonly<Record<BadRowChoice, string>> = {
  refuse: 'Refuse the file',
  drop: 'Leave them out',
};

/** Values that the form has in words. */
const VALUE_WORDS: Partial<Record<string, Readonly<Record<string, string>>>> = {
  adjust: ADJUST_WORDS,
  bad_rows: BAD_ROWS_WORDS,
};

/**
 * A text of the import, in which options of the command line become fields of the form: `--bad-rows drop` is `“Rows with an invalid
 * value”: “Leave them out”`.
 */
export function inWordsOfForm(text: string): string {
  return text.replace(/--([a-z]+(?:-[a-z]+)*)( [a-z]+\b)?/g, (option, name: string, word = '') => {
    const choice = name.replaceAll('-', '_');
    if (!Object.hasOwn(CHOICE_WORDS, choice)) return option;
    const value = VALUE_WORDS[choice]?.[String(word).trim()];
    const field = `“${CHOICE_WORDS[choice as keyof ImportChoices]}”`;
    return value === undefined ? field + word : `${field}: “${value}”`;
  });
}
