import {
  IMPORT_COLUMNS,
  PRICE_SCALE_PATTERN,
  type ImportChoices,
  type ImportColumn,
  type ImportQuestionChoice,
  type PreviewImportRequest,
} from './data-import.js';
import { KtrdrError } from './errors.js';

/** Answers to the questions of an import, in the words of the command line and of the page. */

/** What an answer does, where its word alone does not say it. */
const MEANINGS: Partial<Record<ImportQuestionChoice, Record<string, string>>> = {
  bad_rows: { refuse: 'import nothing', drop: 'leave these rows out' },
  on_conflict: {
    keep: 'the stored bars stay',
    replace: 'the new bars replace the stored ones',
    refuse: 'import nothing',
  },
};

/** What can be typed, where no answers are listed. */
export const ANSWER_EXAMPLES: Readonly<Partial<Record<ImportQuestionChoice, readonly string[]>>> = {
  symbol: ['AAPL'],
  symbol_map: ['BRK B=BRK.B'],
  timezone: ['America/New_York', 'Europe/Berlin', 'UTC', '-05:00'],
  columns: ['time=1,close=Last'],
  only: ['currency=USD'],
  price_scale: ['10000'],
};

/** What an answer does; `null` if its word says it. */
export function answerMeaning(choice: ImportQuestionChoice, answer: string): string | null {
  if (choice === 'only' && answer.endsWith(ALL_ROWS))
    return 'import all rows as one series, whatever this column says';
  if (choice === 'price_scale')
    return answer === '1' ? 'the prices are as written' : `the prices are divided by ${answer}`;
  return MEANINGS[choice]?.[answer] ?? null;
}

/** Ends an answer that takes the rows of every value of a column. */
const ALL_ROWS = '=*';

/** True for `refuse`: it leaves the question open, so the file is not imported. */
export function isRefusal(choice: ImportQuestionChoice, answer: string): boolean {
  return answer === 'refuse' && (choice === 'bad_rows' || choice === 'on_conflict');
}

/**
 * The choices with one more answer. Columns, new names of symbols and values of columns are added to those that are chosen already.
 *
 * @throws KtrdrError `invalid_request` for an answer that is not `name=value,name=value` where it must be
 */
export function withAnswer<Choices extends ImportChoices>(
  choices: Choices,
  choice: ImportQuestionChoice,
  answer: string,
): Choices {
  if (choice === 'columns') return { ...choices, columns: { ...choices.columns, ...readColumns(answer) } };
  if (choice === 'symbol_map')
    return { ...choices, symbol_map: { ...choices.symbol_map, ...readSymbolMap(answer) } };
  if (choice === 'only') return { ...choices, only: { ...choices.only, ...readWantedValues(answer) } };
  if (choice === 'price_scale') return { ...choices, price_scale: readPriceScale(answer) };
  return { ...choices, [choice]: answer };
}

/** `time=1,close=Last`: columns by their meaning. @throws KtrdrError `invalid_request` */
export function readColumns(text: string): Partial<Record<ImportColumn, string>> {
  return Object.fromEntries(
    pairsOf(text, /=/).map(([meaning, column]) => {
      if ((IMPORT_COLUMNS as readonly string[]).includes(meaning)) return [meaning, column];
      throw invalid(`'${meaning}' is not one of ${IMPORT_COLUMNS.join(', ')}.`);
    }),
  );
}

/** `OLD=NEW,OLD=NEW`, or `OLD->NEW` where a name contains `=`. @throws KtrdrError `invalid_request` */
export function readSymbolMap(text: string): Record<string, string> {
  return Object.fromEntries(pairsOf(text, text.includes('->') ? /->/ : /=/));
}

/** `COLUMN=VALUE,COLUMN=VALUE`, or with `->` where a name contains `=`. @throws KtrdrError `invalid_request` */
export function readWantedValues(text: string): Record<string, string> {
  return readSymbolMap(text);
}

/** @throws KtrdrError `invalid_request` */
export function readPriceScale(text: string): string {
  if (PRICE_SCALE_PATTERN.test(text)) return text;
  throw invalid(`'${text}' is not a number above 0, for example 10000.`);
}

function pairsOf(text: string, separator: RegExp): [string, string][] {
  return text.split(',').map((pair) => {
    const [name = '', value = '', ...more] = pair.split(separator).map((part) => part.trim());
    if (name !== '' && value !== '' && more.length === 0) return [name, value];
    const hint = more.length > 0 ? ' Write name->value where a name or a value contains =.' : '';
    throw invalid(`It must be name=value,name=value: '${pair.trim()}' is not.${hint}`);
  });
}

function invalid(message: string): KtrdrError {
  return new KtrdrError('invalid_request', message);
}

/** The choices of an import that fit other files too: without its file, its symbol, and the choice for stored bars. */
export function profileChoices(request: PreviewImportRequest): ImportChoices {
  const {
    upload_id: _upload,
    path: _path,
    profile: _profile,
    symbol: _symbol,
    on_conflict: _conflict,
    ...choices
  } = request;
  return choices;
}
