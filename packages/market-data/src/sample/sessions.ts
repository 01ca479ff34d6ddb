import { DAY_MS } from '../timestamp.js';

const CURRENCIES = new Set(
  'AUD BRL CAD CHF CNH CNY CZK DKK EUR GBP HKD HUF ILS INR JPY KRW MXN NOK NZD PLN SEK SGD THB TRY USD ZAR'.split(
    ' ',
  ),
);
const SATURDAY = 6;
const SUNDAY = 0;
const THURSDAY = 4;
const FRIDAY = 5;

/** The minutes of a day (UTC), `[open, close)`, in which a market trades. */
export interface Session {
  open: number;
  close: number;
}

const AROUND_THE_CLOCK: Session = { open: 0, close: 24 * 60 };
const FULL_DAY: Session = { open: 14 * 60, close: 21 * 60 };
const HALF_DAY: Session = { open: 14 * 60, close: 18 * 60 };

/** The quote currency of a pair (`EURUSD`, `EUR/USD`, `EURUSD=X`); `undefined` if the symbol is not a currency pair. */
export function quoteCurrency(symbol: string): string | undefined {
  const match = /^([A-Z]{3})[./:_-]?([A-Z]{3})(?:=X)?$/.exec(symbol.toUpperCase());
  if (match === null) return undefined;
  const [, base = '', quote = ''] = match;
  return CURRENCIES.has(base) && CURRENCIES.has(quote) ? quote : undefined;
}

/**
 * The session of a synthetic market on a day (days since 1970-01-01); `undefined` if it is closed. Currency pairs trade
 * around the clock, everything else from 14:00 to 21:00 UTC, Monday to Friday. Markets close on fixed-date holidays and
 * close early on the days next to some of them.
 */
export function sessionOfDay(day: number, isCurrency: boolean): Session | undefined {
  const weekday = weekdayOf(day);
  if (weekday === SATURDAY || weekday === SUNDAY) return undefined;
  const date = new Date(day * DAY_MS);
  const dayOfMonth = date.getUTCDate();
  const monthAndDay = (date.getUTCMonth() + 1) * 100 + dayOfMonth;
  if (monthAndDay === 101 || monthAndDay === 1225) return undefined;
  if (isCurrency) return AROUND_THE_CLOCK;
  const november = monthAndDay > 1100 && monthAndDay < 1200;
  if (monthAndDay === 704 || (november && weekday === THURSDAY && dayOfMonth >= 22 && dayOfMonth <= 28)) {
    return undefined;
  }
  const afterThanksgiving = november && weekday === FRIDAY && dayOfMonth >= 23 && dayOfMonth <= 29;
  return monthAndDay === 1224 || monthAndDay === 703 || afterThanksgiving ? HALF_DAY : FULL_DAY;
}

/** 0 for Sunday. 1970-01-01 was a Thursday. */
function weekdayOf(day: number): number {
  return (day + THURSDAY) % 7;
}

/** The Monday of a day's week. */
export function mondayOf(day: number): number {
  return day - ((weekdayOf(day) + 6) % 7);
}
