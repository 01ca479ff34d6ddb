import { IMPORT_FILE_ENDING, isTimeframe, meantTimeframe, type Timeframe } from '@ktrdr/contracts';

/** What the name of a file says. */
export interface FileName {
  /** The name without ending, timeframe and dates. May be no valid symbol. */
  symbol: string;
  /** `null` if the name has none. */
  timeframe: Timeframe | null;
}

/** `2024-01`, `20240102`, `2012`, and ranges of them. */
const DATES = /([ _-]+(?:19|20)\d{2}(-?\d{2}(-?\d{2}(\d{4})?)?)?|[ _-]+\d{2}\.\d{2}\.\d{4})+$/;
/** Words that sources put around the symbol. */
const WORDS = [
  /^DAT_(ASCII|MT|NT|MS|XLSX)_/i,
  / (Historical|Stock Price|Price|Historische) (Data|History|Kurse|Daten)$/i,
  /[ -]+(Dados|Datos) Historicos$| - (Donnees Historiques|Dati Storici|Dane Historyczne)$/i,
  /_Candlestick_.*$/i,
  /[ _-]ohlcv?t?$/i,
  /^HistoricalData_\d+$/,
];

/**
 * Symbol and timeframe in the name of a file. A number alone counts as a timeframe only if it is that of the bars: `XBTUSD_60` and
 * `DAX_30` look alike.
 *
 * Known are names such as `AAPL_1h.csv`, `BTCUSDT-1m-2024-01.csv`, `EURUSD60.csv`,
 * `EURUSD_H1_202401020000_202412312300.csv`, `DAT_ASCII_EURUSD_M1_2012.csv`.
 *
 * @param found timeframe of the bars, as far as it is known
 */
export function parseFileName(file: string, found: Timeframe | null): FileName {
  let name = file;
  while (IMPORT_FILE_ENDING.test(name)) name = name.replace(IMPORT_FILE_ENDING, '');
  name = withoutAccents(name.replace(/ ?\(\d+\)$/, '').trim());
  for (const word of WORDS) {
    const shorter = name.replace(word, '');
    if (shorter !== '') name = shorter;
  }
  const undated = name.replace(DATES, '');
  const dated = undated !== '' && undated !== name;
  const split = splitTimeframe(dated ? undated : name, found);
  // a year at the end is a part of the name, unless a timeframe stands before it
  const { symbol, timeframe } = split ?? { symbol: name, timeframe: null };
  return { symbol: symbol.replaceAll(/[\s()[\]{}',;~]+/g, '_').replace(/^_|_$/g, ''), timeframe };
}

function withoutAccents(name: string): string {
  return name
    .replaceAll('ß', 'ss')
    .normalize('NFKD')
    .replace(/(?<=[a-z])\p{M}+/giu, '')
    .normalize('NFC');
}

function splitTimeframe(name: string, found: Timeframe | null): FileName | null {
  const [, symbol = '', word = ''] =
    /^(.+?)(?:, ?|[ _-]+)([A-Za-z0-9]+(?: ?[A-Za-z]+)?)$/.exec(lastPart(name)) ?? [];
  const timeframe = timeframeOf(word);
  if (
    symbol !== '' &&
    timeframe !== null &&
    (!/^\d+$/.test(word) || timeframe === found || name.includes(`, ${word}`))
  )
    return { symbol, timeframe };
  // MetaTrader 4: minutes behind a pair of currencies
  const [, pair = '', minutes = ''] = /^([A-Z]{6})(1|5|15|30|60|240|1440|10080)$/.exec(name) ?? [];
  return pair === '' ? null : { symbol: pair, timeframe: meantTimeframe(minutes) };
}

/** The name up to its last word, so that `A_B_1h` splits before `1h`. */
function lastPart(name: string): string {
  const at = Math.max(
    name.lastIndexOf('_'),
    name.lastIndexOf('-'),
    name.lastIndexOf(','),
    name.lastIndexOf(' '),
  );
  return at <= 0 ? name : `${name.slice(0, at).replace(/[ _,-]+$/, '')}_${name.slice(at + 1)}`;
}

function timeframeOf(word: string): Timeframe | null {
  if (isTimeframe(word)) return word;
  return /^(\d+[a-z]+|[a-z]\d{1,3}|\d{1,5}|d|w|daily|weekly|hourly|[a-z]+ly)$/i.test(word)
    ? meantTimeframe(word)
    : null;
}
