import { isChange, isDerived, type Meaning, type NamedMeaning, meaningOf } from './column-names.js';

/** A column whose meaning is known. */
export interface MeantColumn extends NamedMeaning {
  column: number;
  /** Symbol that the header names for this column. */
  symbol: string | null;
}

const PRICES: readonly Meaning[] = [
  'open',
  'high',
  'low',
  'close',
  'adjusted_close',
  'volume',
  'tick_volume',
];
/** `('Open', 'AAPL')`, as pandas writes a header of two rows in one. */
const TUPLE = /^\(\s*['"](.+?)['"]\s*,\s*['"](.*?)['"]\s*\)$/;
/** Meanings in a row from which it is a header. */
const LEAST_MEANINGS = 3;
const SYMBOL_LIKE = /^[A-Z0-9^][A-Z0-9._=^/-]*$/;

/** True for a row that names at least three meanings of columns. */
export function namesPrices(cells: string[]): boolean {
  return new Set(meantColumns(cells, null).map(({ meaning }) => meaning)).size >= LEAST_MEANINGS;
}

/**
 * What each column means. A header can name a symbol for each column: in a row of its own (yfinance), or before or after the meaning
 * (`AAPL.Open`, `Close_MSFT`).
 *
 * @param names header of each column
 * @param symbols row of symbols; `null` if there is none
 */
export function meantColumns(names: (string | null)[], symbols: (string | null)[] | null): MeantColumn[] {
  const plain = names.map((name) => (name === null ? null : meaningOf(name)));
  // `Volume_AAPL` may name a symbol, `Volume BTC` a currency
  const isPlain = (found: NamedMeaning | null): boolean =>
    found !== null && found.unit === null && PRICES.includes(found.meaning);
  const hasPrices = plain.filter(isPlain).length >= 3;
  return names.flatMap((name, column): MeantColumn[] => {
    const found = plain[column] ?? null;
    if (found !== null && (hasPrices || found.unit === null)) {
      const symbol = PRICES.includes(found.meaning) ? (symbols?.[column] ?? null) : null;
      return [{ ...found, column, symbol }];
    }
    if (name === null || hasPrices || isChange(name)) return [];
    const split = splitName(name);
    return split === null ? [] : [{ ...split.meaning, column, symbol: split.symbol }];
  });
}

function splitName(name: string): { meaning: NamedMeaning; symbol: string | null } | null {
  const [, first = '', second = ''] = TUPLE.exec(name) ?? [];
  const pairs: [string, string][] =
    first === ''
      ? pairsOf(name)
      : [
          [first, second],
          [second, first],
        ];
  // in `Open_C`, the longer word is the meaning: C, L, O and V are symbols of shares
  for (const [word, symbol] of pairs.toSorted(([a], [b]) => b.length - a.length)) {
    const meaning = meaningOf(word);
    if (meaning === null || !PRICES.includes(meaning.meaning)) continue;
    if (SYMBOL_LIKE.test(symbol)) return { meaning, symbol };
    return isDerived(symbol) ? null : { meaning, symbol: null };
  }
  return null;
}

/** Splits of a name into a meaning and the rest: at each sign, with the meaning after or before it. */
function pairsOf(name: string): [string, string][] {
  return [...name.matchAll(/[._ :|/-]+/g)].flatMap(({ index, 0: sign }): [string, string][] => {
    const before = name.slice(0, index);
    const after = name.slice(index + sign.length);
    return [
      [after, before],
      [before, after],
    ];
  });
}
