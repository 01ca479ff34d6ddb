import { join } from 'node:path';
import {
  KtrdrError,
  SYMBOL_PATTERN,
  TIMEFRAMES,
  isTimeframe,
  meantTimeframe,
  shown,
  type Timeframe,
} from '@ktrdr/contracts';

/** `AAPL_1h.csv`. Throws `invalid_name` if symbol or timeframe is not valid. */
export function barsFileName(symbol: string, timeframe: string): string {
  return `${checkedSymbol(symbol)}_${checkedTimeframe(timeframe)}.csv`;
}

/** Path of a bars file, always inside `dataDir`. Throws `invalid_name`. */
export function barsFile(dataDir: string, symbol: string, timeframe: string): string {
  return join(dataDir, barsFileName(symbol, timeframe));
}

/** Returns the symbol if it is valid. Throws `invalid_name`. */
export function checkedSymbol(symbol: string): string {
  if (SYMBOL_PATTERN.test(symbol)) return symbol;
  throw new KtrdrError(
    'invalid_name',
    `${shown(symbol)} is not a symbol: 1 to 32 letters, digits, ".", "_" or "-", starting with a letter or digit (AAPL, EURUSD, BRK.B).`,
    { details: { field: 'symbol', value: symbol.slice(0, 64) } },
  );
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

/** Symbol and timeframe from a bars file's base name; `undefined` if the name does not fit. */
export function parseBarsFileName(name: string): { symbol: string; timeframe: Timeframe } | undefined {
  const match = /^(.+)_([^_]+)\.csv$/.exec(name);
  if (match === null) return undefined;
  const [, symbol = '', timeframe = ''] = match;
  return SYMBOL_PATTERN.test(symbol) && isTimeframe(timeframe) ? { symbol, timeframe } : undefined;
}
