import { TIMEFRAMES, TIMEFRAME_MS, type ImportChoices, type Timeframe } from '@ktrdr/contracts';
import fc, { type Arbitrary } from 'fast-check';
import { writeDialect, type Dialect, type DialectBar, type DialectRow } from './dialect.js';
import { DATE_FORMS, TIME_FORMS, dateToWrite, type TimeForm } from './time-forms.js';
import { offsetByIntl } from './zone-clock.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** The time at which the files are read. */
export const READ_AT = Date.UTC(2026, 10, 30);

/** Names of time, open, high, low, close and volume. */
const HEADERS: readonly { names: readonly string[]; clock: string; symbol: string }[] = [
  { names: ['timestamp', 'open', 'high', 'low', 'close', 'volume'], clock: 'time', symbol: 'symbol' },
  { names: ['Date', 'Open', 'High', 'Low', 'Close', 'Volume'], clock: 'Time', symbol: 'Ticker' },
  { names: ['<DATE>', '<OPEN>', '<HIGH>', '<LOW>', '<CLOSE>', '<VOL>'], clock: '<TIME>', symbol: '<TICKER>' },
  { names: ['', 'o', 'h', 'l', 'c', 'v'], clock: 'Time', symbol: 'Symbol' },
  { names: ['Datum', 'Eröffnung', 'Hoch', 'Tief', 'Schluss', 'Volumen'], clock: 'Uhrzeit', symbol: 'Symbol' },
  {
    names: ['Date', 'Ouverture', 'Plus haut', 'Plus bas', 'Clôture', 'Volume'],
    clock: 'Heure',
    symbol: 'Symbole',
  },
  { names: ['Fecha', 'Apertura', 'Máximo', 'Mínimo', 'Cierre', 'Volumen'], clock: 'Hora', symbol: 'Símbolo' },
  {
    names: ['Data', 'Abertura', 'Máxima', 'Mínima', 'Fechamento', 'Volume'],
    clock: 'Hora',
    symbol: 'Símbolo',
  },
];

const ZONES = [
  'UTC',
  'America/New_York',
  'America/Chicago',
  'Europe/Berlin',
  'Europe/London',
  'Asia/Kolkata',
  'Asia/Tokyo',
  'Australia/Sydney',
] as const;

/** A file, what it means, and what it leaves open. */
export interface RandomFile {
  bytes: Buffer;
  name: string;
  timeframe: Timeframe;
  /** By symbol, oldest first. */
  bars: Record<string, DialectBar[]>;
  placeholders: number;
  /** The right answers to what the file leaves open. */
  answers: Pick<ImportChoices, 'timezone' | 'date_format' | 'stamps' | 'timeframe'>;
  /** Choices that the file leaves open for certain. */
  asks: ('timezone' | 'date_format' | 'stamps')[];
  /**
   * What may be open. Other orders of a date give valid dates too, but the file may decide it in another way. A change of the clocks makes one
   * bar shorter or longer in local times, and a few bars may then fit another timeframe.
   */
  mayAsk: ('date_format' | 'timeframe')[];
  /** For messages. */
  form: string;
}

interface Plan {
  timeframe: Timeframe;
  dailyForm: string;
  intradayForm: string;
  zone: string;
  start: number;
  count: number;
  weekdaysOnly: boolean;
  prices: number[];
  decimals: number;
  symbols: number;
  mixed: boolean;
  placeholders: number[];
  dialect: Omit<Dialect, 'symbols' | 'decimals' | 'header'> & { header: number };
}

const plans: Arbitrary<Plan> = fc.record({
  timeframe: fc.constantFrom(...TIMEFRAMES),
  dailyForm: fc.constantFrom(...Object.keys(DATE_FORMS)),
  intradayForm: fc.constantFrom(...Object.keys(TIME_FORMS)),
  zone: fc.constantFrom(...ZONES),
  start: fc.integer({ min: Date.UTC(1990, 0, 1) / DAY_MS, max: Date.UTC(2026, 5, 1) / DAY_MS }),
  count: fc.integer({ min: 6, max: 60 }),
  weekdaysOnly: fc.boolean(),
  prices: fc.array(fc.integer({ min: 1, max: 9_999 }), { minLength: 8, maxLength: 40 }),
  decimals: fc.constantFrom(2, 4, 5),
  symbols: fc.constantFrom(0, 0, 1, 2),
  mixed: fc.boolean(),
  placeholders: fc.array(fc.nat({ max: 59 }), { maxLength: 2 }),
  dialect: fc.record({
    separator: fc.constantFrom(',', ';', '\t', '|', ' ' as const),
    quotes: fc.constantFrom('needed', 'needed', 'all' as const),
    header: fc.integer({ min: -1, max: HEADERS.length - 1 }),
    decimal: fc.constantFrom('.', '.', ',' as const),
    newestFirst: fc.boolean(),
    encoding: fc.constantFrom('utf8', 'utf8', 'utf8 with mark', 'utf-16le', 'utf-16be', 'latin1' as const),
    lineEnd: fc.constantFrom('\n', '\r\n', '\r' as const),
    endsWithLineEnd: fc.boolean(),
    packing: fc.constantFrom('none', 'none', 'none', 'gz', 'zip' as const),
    placeholder: fc.constantFrom('', 'null', 'NaN', 'N/A', '-'),
  }) as Arbitrary<Plan['dialect']>,
});

/** Files of random bars in random dialects. */
export const randomFiles: Arbitrary<RandomFile> = plans.map(fileOf);

function fileOf(plan: Plan): RandomFile {
  const isDaily = TIMEFRAME_MS[plan.timeframe] >= DAY_MS;
  const name = isDaily ? plan.dailyForm : plan.intradayForm;
  const form = (isDaily ? DATE_FORMS : TIME_FORMS)[name]!;
  const dialect = soundDialect(plan, form);
  const times = decidedTimes(plan, isDaily);
  const series = Array.from({ length: Math.max(1, plan.symbols) }, (_, symbol) =>
    times.map((time, index) => barOf(plan, symbol, time, index)),
  );
  const write = (time: number): string[] =>
    form.write(
      isDaily ? dateToWrite(time) : { instant: time, offset: offsetByIntl(plan.zone, time), zone: plan.zone },
    );
  const dropped = new Set(dialect.placeholder === '' && dialect.separator === ' ' ? [] : plan.placeholders);
  const isMixed = plan.mixed && series.length > 1;
  const ordered = isMixed
    ? times.flatMap((_, index) => series.map((bars, symbol) => ({ symbol, bar: bars[index]! })))
    : series.flatMap((bars, symbol) => bars.map((bar) => ({ symbol, bar })));
  const rows = ordered.map(({ symbol, bar }, index): DialectRow => ({
    symbol,
    bar,
    times: write(bar.time),
    isPlaceholder: isRemovable(index, ordered.length, plan) && dropped.has(index),
  }));
  const kept = rows.filter(({ isPlaceholder }) => !isPlaceholder);
  return {
    bytes: writeDialect(rows, dialect),
    name: `bars.csv${dialect.packing === 'none' ? '' : `.${dialect.packing}`}`,
    timeframe: plan.timeframe,
    bars: Object.fromEntries(
      series.map((_, symbol) => [
        dialect.symbols[symbol] ?? 'bars',
        kept.filter((row) => row.symbol === symbol).map(({ bar }) => bar),
      ]),
    ),
    placeholders: rows.length - kept.length,
    ...openChoices(
      form,
      kept.map(({ bar }) => write(bar.time)[0]!),
      { timeframe: plan.timeframe, zone: plan.zone, dialect, times },
    ),
    form: `${plan.timeframe} ${name} ${plan.zone}`,
  };
}

/** Rows in the middle of long enough files: a gap near a change of the clocks can leave a time open. */
function isRemovable(index: number, length: number, { timeframe, zone }: Plan): boolean {
  const hasChanges =
    TIMEFRAME_MS[timeframe] < DAY_MS && !['UTC', 'Asia/Kolkata', 'Asia/Tokyo'].includes(zone);
  return !hasChanges && length > 12 && index > 2 && index < length - 3;
}

/** Leaves out what no program writes, because the file would not be a table any more. */
function soundDialect(plan: Plan, form: TimeForm): Dialect {
  const { header, ...written } = plan.dialect;
  const dialect: Dialect = {
    ...written,
    header: header === -1 ? null : HEADERS[header]!,
    decimals: plan.decimals,
    symbols: ['EURUSD', 'BRK.B'].slice(0, plan.symbols),
  };
  const isAscii =
    dialect.header === null || /^[\x20-\x7e]*$/.test(Object.values(dialect.header).flat().join(''));
  // spaces separate where no cell has one
  if (
    dialect.separator === ' ' &&
    (form.spaced === true ||
      (dialect.header === null && dialect.decimal === ',') ||
      form.needsName === true ||
      dialect.quotes === 'all' ||
      !isAscii ||
      header === 3 ||
      header === 5)
  )
    dialect.separator = '\t';
  if (dialect.separator === ' ' && dialect.placeholder === '') dialect.placeholder = 'NaN';
  if (dialect.separator === ',' && dialect.decimal === ',') dialect.quotes = 'all';
  // a column of symbols needs a name, and so do numbers that may be no times
  if (form.needsName === true && (dialect.header === null || dialect.header.names[0] === ''))
    dialect.header = HEADERS[0]!;
  if (dialect.header === null) dialect.symbols = [];
  if (plan.symbols > 1 && dialect.header === null) dialect.header = HEADERS[0]!;
  if (plan.symbols > 1) dialect.symbols = ['EURUSD', 'BRK.B'];
  return dialect;
}

/** Open times that do not begin or end in an hour that happens twice: such a file does not say which of the two it is. */
function decidedTimes(plan: Plan, isDaily: boolean): number[] {
  const isDoubled = (time: number): boolean =>
    [-HOUR_MS, HOUR_MS].some(
      (shift) => offsetByIntl(plan.zone, time) - offsetByIntl(plan.zone, time + shift) === shift,
    );
  const times = openTimes(plan);
  if (isDaily || !(isDoubled(times[0]!) || isDoubled(times.at(-1)!))) return times;
  return decidedTimes({ ...plan, start: Math.floor(times[0]! / DAY_MS) - 1 }, isDaily);
}

/** Open times of one symbol, oldest first: without a gap, or from Monday to Friday. */
function openTimes({ timeframe, start: first, count, weekdaysOnly, zone }: Plan): number[] {
  const length = TIMEFRAME_MS[timeframe];
  const times: number[] = [];
  // no bar is in the future
  const latest = Math.floor((READ_AT - count * 1.5 * length) / DAY_MS) - 7;
  const start = Math.min(first, latest);
  if (timeframe === '1w') {
    const monday = start - ((start + 3) % 7);
    for (let week = 0; week < count; week++) times.push((monday + week * 7) * DAY_MS);
    return times;
  }
  const isDaily = timeframe === '1d';
  for (let index = 0; times.length < count; index++) {
    const time = start * DAY_MS + index * length;
    const local = isDaily ? time : time + offsetByIntl(zone, time);
    const weekday = new Date(local).getUTCDay();
    if (weekdaysOnly && (weekday === 0 || weekday === 6)) continue;
    times.push(time);
  }
  return times;
}

function barOf({ prices, decimals }: Plan, symbol: number, time: number, index: number): DialectBar {
  const scale = 10 ** decimals;
  const at = (offset: number): number =>
    100 * scale + prices[(index * 3 + offset + symbol) % prices.length]! * 7;
  // a bar opens at the close before it
  const [open, close] = [at(0), at(3)];
  const high = Math.max(open, close) + 1 + (at(2) % 97);
  const low = Math.min(open, close) - 1 - (at(2) % 89);
  const price = (value: number): number => Number((value / scale).toFixed(decimals));
  // above all prices, so that it is no average price
  return {
    time,
    open: price(open),
    high: price(high),
    low: price(low),
    close: price(close),
    volume: 1_000_000 + index * 37,
  };
}

function changesClocks(zone: string, times: number[]): boolean {
  return new Set(times.map((time) => offsetByIntl(zone, time))).size > 1;
}

function openChoices(
  form: TimeForm,
  dates: string[],
  {
    timeframe,
    zone,
    dialect,
    times,
  }: Pick<Plan, 'timeframe' | 'zone'> & { dialect: Dialect; times: number[] },
): Pick<RandomFile, 'asks' | 'mayAsk' | 'answers'> {
  const asks: RandomFile['asks'] = [];
  const mayAsk: RandomFile['mayAsk'] = [];
  const answers: RandomFile['answers'] = {};
  const isDaily = TIMEFRAME_MS[timeframe] >= DAY_MS;
  if (!isDaily && !form.zoned) {
    asks.push('timezone');
    answers.timezone = zone;
  }
  if (!isDaily && changesClocks(zone, times)) {
    mayAsk.push('timeframe');
    answers.timeframe = timeframe;
  }
  // the layout of NinjaTrader, which writes close times
  if (
    !isDaily &&
    dialect.header === null &&
    dialect.separator === ';' &&
    /^\d{8} \d{4,6}$/.test(dates[0] ?? '')
  ) {
    asks.push('stamps');
    answers.stamps = 'open';
  }
  const { order, sign, format } = form;
  if (format !== undefined) {
    mayAsk.push('date_format');
    answers.date_format = format;
  }
  if (order !== undefined) {
    const numbers = dates.map((date) => date.split(/[ ]/)[0]!.split(sign!).map(Number));
    const either = numbers.every(([a, b]) => a! <= 12 && b! <= 12) && numbers.some(([a, b]) => a !== b);
    const year = form.shortYear === true ? 'YY' : 'YYYY';
    const names = order === 'DMY' ? ['DD', 'MM', year] : ['MM', 'DD', year];
    answers.date_format = names.join(sign);
    if (either) asks.push('date_format');
    else if (form.shortYear === true) mayAsk.push('date_format');
  }
  return { asks, mayAsk, answers };
}
