import {
  ADJUST_CHOICES,
  BAD_ROW_CHOICES,
  CONFLICT_CHOICES,
  IMPORT_COLUMNS,
  type ImportChoices,
  KtrdrError,
  PRICE_SCALE_PATTERN,
  shown,
  STAMP_CHOICES,
  SYMBOL_PATTERN,
  TIMEFRAMES,
} from '@ktrdr/contracts';

const LONGEST = 200;

type Check = (value: unknown, field: string) => void;

const CHECKS: Record<keyof ImportChoices, Check> = {
  symbol: symbolCheck,
  symbol_map: (value, field) => {
    // the body parser limits their number
    for (const [from, to] of entriesOf(value, field)) {
      textCheck(from, field);
      symbolCheck(to, `${field}.${from}`);
    }
  },
  timeframe: oneOf(TIMEFRAMES),
  timezone: textCheck,
  date_format: textCheck,
  stamps: oneOf(STAMP_CHOICES),
  columns: (value, field) => {
    for (const [meaning, column] of entriesOf(value, field)) {
      oneOf(IMPORT_COLUMNS)(meaning, `a name in ${field}`);
      textCheck(column, `${field}.${meaning}`);
    }
  },
  only: (value, field) => {
    for (const [column, wanted] of entriesOf(value, field)) {
      textCheck(column, field);
      textCheck(wanted, `${field}.${column}`);
    }
  },
  decimal: oneOf(['.', ',']),
  price_scale: (value, field) => {
    if (typeof value === 'string' && PRICE_SCALE_PATTERN.test(value)) return;
    throw invalid(field, 'must be a number above 0, for example 10000');
  },
  adjust: oneOf(ADJUST_CHOICES),
  bad_rows: oneOf(BAD_ROW_CHOICES),
  on_conflict: oneOf(CONFLICT_CHOICES),
};

/**
 * The choices of an import in a request or a profile, without other fields.
 *
 * @throws KtrdrError `invalid_request` that names the field
 */
export function checkedChoices(value: ImportChoices): ImportChoices {
  const known = entriesOf(value, 'the choices').filter(
    ([name, choice]) => Object.hasOwn(CHECKS, name) && choice !== undefined,
  );
  for (const [name, choice] of known) CHECKS[name as keyof ImportChoices](choice, name);
  return Object.fromEntries(known) as ImportChoices;
}

function oneOf(choices: readonly string[]): Check {
  return (value, field) => {
    if (choices.includes(value as string)) return;
    throw invalid(field, `must be one of ${choices.join(', ')}`);
  };
}

function textCheck(value: unknown, field: string): void {
  if (typeof value === 'string' && value.trim() !== '' && value.length <= LONGEST) return;
  throw invalid(field, `must be a text of 1 to ${LONGEST} characters`);
}

function symbolCheck(value: unknown, field: string): void {
  if (typeof value === 'string' && SYMBOL_PATTERN.test(value)) return;
  throw invalid(field, 'must be a symbol, for example AAPL, ^GSPC or BTC/USDT');
}

function entriesOf(value: unknown, field: string): [string, unknown][] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return Object.entries(value);
  throw invalid(field, 'must be an object');
}

function invalid(field: string, what: string): KtrdrError {
  return new KtrdrError(
    'invalid_request',
    `The request is not valid: ${shown(field).slice(1, -1)} ${what}.`,
    {
      details: { field: field.slice(0, LONGEST) },
    },
  );
}
