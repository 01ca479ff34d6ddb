import { join } from 'node:path';
import {
  KtrdrError,
  SYMBOL_PATTERN,
  SYMBOL_RULE,
  TIMEFRAMES,
  isTimeframe,
  meantTimeframe,
  shown,
  type Timeframe,
} from '@ktrdr/contracts';
import { fileNameProblem } from '@ktrdr/files';

/** Characters that stay unchanged in a file name. Every other character of a symbol is written as `%` and its two hexadecimal digits. */
const ENCODED = /[^A-Za-z0-9._-]/g;

/**
 * `AAPL_1h.csv`, `BTC%2FUSDT_1h.csv`. Two symbols never have the same name: {@link parseBarsFileName} undoes it.
 *
 * @throws KtrdrError `invalid_name` if symbol or timeframe is not valid
 */
export function barsFileName(symbol: string, timeframe: string): string {
  const name = `${encodedSymbol(checkedSymbol(symbol))}_${checkedTimeframe(timeframe)}.csv`;
  const problem = fileNameProblem(name);
  if (problem === null) return name;
  throw invalidSymbol(symbol, `cannot be a symbol: its file name ${problem}.`);
}

/** A symbol as part of a file name. */
export function encodedSymbol(symbol: string): string {
  return symbol.replaceAll(
    ENCODED,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

/** Path of a bars file, always inside `dataDir`. Throws `invalid_name`. */
export function barsFile(dataDir: string, symbol: string, timeframe: string): string {
  return join(dataDir, barsFileName(symbol, timeframe));
}

/** Returns the symbol if it is valid. Throws `invalid_name`. */
export function checkedSymbol(symbol: string): string {
  if (SYMBOL_PATTERN.test(symbol)) return symbol;
  throw invalidSymbol(symbol, `must be ${SYMBOL_RULE} (AAPL, BRK.B, ^GSPC, BTC/USDT).`);
}

function invalidSymbol(symbol: string, why: string): KtrdrError {
  return new KtrdrError('invalid_name', `${shown(symbol)} ${why}`, {
    details: { field: 'symbol', value: symbol.slice(0, 64) },
  });
}

/** Returns the timeframe if it is valid. Throws `invalid_name`. */
export function checkedTimeframe(timeframe: string): Timeframe {
  if (isTimeframe(timeframe)) return timeframe;
  throw new KtrdrError('invalid_name', `${shown(timeframe)} is not a timeframe: ${suggestion(timeframe)}`, {
    details: { field: 'timeframe', value: timeframe.slice(0, 64) },
  });
}

function suggestion(timeframe: string): string {
  const meant = meantTimeframe(timeframe);
  const choices = `choose one of ${TIMEFRAMES.join(', ')}`;
  return meant === null ? `${choices}.` : `${choices}; did you mean "${meant}"?`;
}

/** Symbol and timeframe of a bars file, from its name; `undefined` if {@link barsFileName} does not make this name. */
export function parseBarsFileName(name: string): { symbol: string; timeframe: Timeframe } | undefined {
  const match = /^(.+)_([^_]+)\.csv$/.exec(name);
  if (match === null) return undefined;
  const [, written = '', timeframe = ''] = match;
  const symbol = written.replaceAll(/%([0-9A-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return SYMBOL_PATTERN.test(symbol) && encodedSymbol(symbol) === written && isTimeframe(timeframe)
    ? { symbol, timeframe }
    : undefined;
}
