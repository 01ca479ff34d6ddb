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

/** `AAPL_1h.csv`. Throws `invalid_name` where symbol or timeframe do not fit their patterns. */
export function barsFileName(symbol: string, timeframe: string): string {
  return `${checkedSymbol(symbol)}_${checkedTimeframe(timeframe)}.csv`;
}

/** Path of the bars of a symbol and timeframe, always inside `dataDir`. Throws `invalid_name`. */
export function barsFile(dataDir: string, symbol: string, timeframe: string): string {
  return join(dataDir, barsFileName(symbol, timeframe));
}

/** The symbol itself. Throws `invalid_name`. */
export function checkedSymbol(symbol: string): string {
  if (SYMBOL_PATTERN.test(symbol)) return symbol;
  throw new KtrdrError(
    'invalid_name',
    `${shown(symbol)} is not a symbol: 1 to 32 letters, digits, ".", "_" or "-", starting with a letter or digit (AAPL, EURUSD, BRK.B).`,
    { details: { field: 'symbol', value: symbol.slice(0, 64) } },
  );
}

/** The timeframe itself. Throws `invalid_name`. */
export function checkedTimeframe(timeframe: string): Timeframe {
  if (isTimeframe(timeframe)) return timeframe;
  throw new KtrdrError('invalid_name', `${shown(timeframe)} is not a timeframe: ${wouldBeRight(timeframe)}`, {
    details: { field: 'timeframe', value: timeframe.slice(0, 64) },
  });
}

function wouldBeRight(timeframe: string): string {
  const meant = meantTimeframe(timeframe);
  const choices = `choose one of ${TIMEFRAMES.join(', ')}`;
  return meant === null ? `${choices}.` : `${choices}; did you mean "${meant}"?`;
}

/** Symbol and timeframe of a bars file's base name; `undefined` where it is not one. */
export function parseBarsFileName(name: string): { symbol: string; timeframe: Timeframe } | undefined {
  const match = /^(.+)_([^_]+)\.csv$/.exec(name);
  if (match === null) return undefined;
  const [, symbol = '', timeframe = ''] = match;
  return SYMBOL_PATTERN.test(symbol) && isTimeframe(timeframe) ? { symbol, timeframe } : undefined;
}
