/** Signs that may stand before the decimals. */
export type DecimalSign = '.' | ',';

/** Marks of a missing value, as libraries and sites write them. */
const MISSING = /^(|null|nan|n\/?a|#n\/?a|none|nil|-+|–|—|\.|\?|na\(\)|<na>|missing)$/i;

/** `R$`, `A$` and the like, signs of currencies, and their codes. */
const CURRENCY_SIGN =
  String.raw`(?:R|US|AU?|CA?|NZ|HK|NT|S|MX)?\$|\p{Sc}|zł|kč|kr\.?|ft|руб\.?|` +
  String.raw`(?:USD[TC]?|EUR|GB[PX]|CHF|JPY|CN[YH]|KRW|INR|RU[BR]|BRL|TRY|PLN|CZK|HUF|SEK|NOK|DKK|AUD|NZD|CAD|HKD|SGD|MXN|ZAR|BTC|ETH)(?![A-Z])`;
/** Codes of currencies by their signs. */
const CURRENCY_CODES: Readonly<Record<string, string>> = {
  $: 'USD',
  US$: 'USD',
  A$: 'AUD',
  AU$: 'AUD',
  C$: 'CAD',
  CA$: 'CAD',
  R$: 'BRL',
  '€': 'EUR',
  '£': 'GBP',
  '₽': 'RUB',
  РУБ: 'RUB',
  RUR: 'RUB',
  '₹': 'INR',
  '₩': 'KRW',
  ZŁ: 'PLN',
  KČ: 'CZK',
  FT: 'HUF',
};
const CURRENCY = new RegExp(CURRENCY_SIGN, 'iu');
/** Longer cells are no numbers. */
const LONGEST = 100;
const NUMBER_TEXT = new RegExp(
  String.raw`^(?<open>\()? ?(?<sign>[-+\u2212])? ?(?:${CURRENCY_SIGN})? ?(?<inner>[-+\u2212])?` +
    String.raw`(?<digits>[.,]?\d(?:[\d.,]|['’ \u00a0\u202f\u2009](?=\d))*)(?<exponent>e[-+]?\d{1,3})?` +
    String.raw` ?(?<suffix>k|m|b|t|bn|mn|l|lac|lakh|cr|crore|mio\.?|mrd\.?|тыс\.?|млн\.?|млрд\.?)? ?(?<percent>%)? ?(?:${CURRENCY_SIGN})? ?(?<close>\))?$`,
  'iu',
);
const SUFFIXES: Readonly<Record<string, number>> = {
  k: 1e3,
  тыс: 1e3,
  m: 1e6,
  mn: 1e6,
  mio: 1e6,
  млн: 1e6,
  b: 1e9,
  bn: 1e9,
  // India: a lakh and a crore
  l: 1e5,
  lac: 1e5,
  lakh: 1e5,
  cr: 1e7,
  crore: 1e7,
  mrd: 1e9,
  млрд: 1e9,
  t: 1e12,
};
/** Groups of three digits, or of two before the last three as in India. */
const GROUPS = /^\d{1,3}([^\d]\d{3})+$|^\d{1,2}([^\d]\d{2})*[^\d]\d{3}$/;

/** True if a cell says that there is no value. */
export function isMissing(text: string): boolean {
  return MISSING.test(text);
}

/** Parts of a number; `undefined` if the text is none. One space is left of several: an expression with many `\s*` takes minutes. */
function partsOf(text: string): Record<string, string | undefined> | undefined {
  return text.length > LONGEST ? undefined : NUMBER_TEXT.exec(text.trim().replaceAll(/\s+/g, ' '))?.groups;
}

/** The code of the currency whose sign or code stands beside a number; `null` if there is none, or if several currencies have it. */
export function currencyOf(text: string): string | null {
  const sign = CURRENCY.exec(text)?.[0].toUpperCase().replace('.', '');
  if (sign === undefined || sign === 'KR' || sign === '¥') return null;
  return CURRENCY_CODES[sign] ?? sign;
}

/** True if a cell is a number in some notation. */
export function looksLikeNumber(text: string): boolean {
  return partsOf(text) !== undefined;
}

/**
 * Which sign stands before the decimals of a number: `.` or `,`; `null` if the number has none of both; `?.` or `?,` if this sign may
 * stand before decimals or between thousands; `?'` if an apostrophe may stand between thousands or before a fraction, as in prices of
 * bonds (`110'165` is 110 and 16.5/32); `wrong` if the signs fit neither reading.
 */
export type DecimalEvidence = DecimalSign | '?.' | '?,' | "?'" | null | 'wrong';

/** What a number says about the decimal sign of its file. */
export function decimalEvidence(text: string): DecimalEvidence {
  const groups = partsOf(text);
  if (groups === undefined) return null;
  const grouped = /\d['’ \u00a0\u202f\u2009]\d/.test(groups['digits']!);
  const digits = groups['digits']!.replace(/['’ \u00a0\u202f\u2009]/g, '');
  const points = digits.split('.').length - 1;
  const commas = digits.split(',').length - 1;
  if (points === 0 && commas === 0) return /^\d{1,3}['’]\d{3}$/.test(groups['digits']!) ? "?'" : null;
  if (points > 0 && commas > 0) {
    const last = digits.lastIndexOf('.') > digits.lastIndexOf(',') ? '.' : ',';
    return (last === '.' ? points : commas) === 1 && GROUPS.test(digits.slice(0, digits.lastIndexOf(last)))
      ? last
      : 'wrong';
  }
  const sign = points > 0 ? '.' : ',';
  if (points + commas > 1) return !GROUPS.test(digits) ? 'wrong' : sign === '.' ? ',' : '.';
  const [before = '', after = ''] = digits.split(sign);
  const ambiguous =
    after.length === 3 && /^[1-9]\d{0,2}$/.test(before) && !grouped && groups['exponent'] === undefined;
  return ambiguous ? `?${sign}` : sign;
}

/**
 * Value of a number in any notation: currency signs, thousands separators, `457.62M`, `(1.5)`. `NaN` if it is not a number, or if its
 * thousands separators do not separate thousands.
 */
export function numberOfText(text: string, decimal: DecimalSign): number {
  const groups = partsOf(text);
  if (groups === undefined || groups['percent'] !== undefined) return NaN;
  const [whole = '', decimals, more] = groups['digits']!.split(decimal);
  if (more !== undefined) return NaN;
  if (decimals !== undefined && !/^\d*$/.test(decimals)) return NaN;
  if (/\D/.test(whole) && (!GROUPS.test(whole) || new Set(whole.replace(/\d/g, '')).size > 1)) return NaN;
  const brackets = groups['open'] !== undefined;
  if (brackets !== (groups['close'] !== undefined)) return NaN;
  const signs = [groups['sign'], groups['inner']].filter((sign) => sign !== undefined);
  if (signs.length > 1) return NaN;
  const negative = brackets || (signs.length === 1 && signs[0] !== '+');
  const factor = SUFFIXES[groups['suffix']?.toLowerCase().replace('.', '') ?? ''] ?? 1;
  const plain = Number(`${whole.replace(/\D/g, '') || '0'}.${decimals ?? ''}${groups['exponent'] ?? ''}`);
  // 457.62 * 1e6 is not 457620000: moving the decimal point is exact
  const moved = Number(`${plain}e${Math.log10(factor)}`);
  const value = factor === 1 || Number.isNaN(moved) ? plain * factor : moved;
  return negative ? -value : value;
}
