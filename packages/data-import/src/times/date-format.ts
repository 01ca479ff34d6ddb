import { FORMS } from './date-forms.js';

/** Order of the parts of a date. */
export type DateOrder = 'DMY' | 'MDY' | 'YMD';
/** What a time that is a number counts. */
export type NumberUnit = 'unix_s' | 'unix_ms' | 'unix_us' | 'unix_ns' | 'unix_d' | 'excel' | 'excel_1904';
/** Forms of a time of day without signs; `seconds` and `milliseconds` count from midnight. */
const CLOCK_UNITS = ['HHmmssSSS', 'HHmmss', 'HHmm', 'HH', 'milliseconds', 'seconds'] as const;
export type ClockUnit = (typeof CLOCK_UNITS)[number];

/** A chosen format of dates. */
export interface DateFormat {
  unit?: NumberUnit;
  order?: DateOrder;
  clock?: ClockUnit;
}

export const NUMBER_UNITS: readonly NumberUnit[] = [
  'unix_s',
  'unix_ms',
  'unix_us',
  'unix_ns',
  'unix_d',
  'excel',
  'excel_1904',
];

/** The forms of a date format, for messages. */
export const DATE_FORMATS =
  'DD/MM/YYYY, MM/DD/YYYY, YYYY-MM-DD HH:mm:ss, YYYYMMDD HHmmss, unix_s, unix_ms, unix_us, unix_ns, unix_d or excel';

/** Reads a date format: `DD/MM/YYYY`, `dd.mm.yy`, `%m/%d/%Y %H:%M`, `unix_ms`. @returns `null` if it is none */
export function readDateFormat(text: string): DateFormat | null {
  const unit = NUMBER_UNITS.find((name) => name === text.trim().toLowerCase());
  if (unit !== undefined) return { unit };
  const plain = text
    .replaceAll('%Y', 'YYYY')
    .replaceAll('%y', 'YY')
    .replaceAll('%m', 'MM')
    .replaceAll(/%[bB]/g, 'MMM')
    .replaceAll(/%-?[de]/g, 'DD')
    .replaceAll(/%-?[HI]/g, 'HH')
    .replaceAll('%M', 'mm')
    .replaceAll('%S', 'ss')
    .replaceAll('%f', 'SSS');
  const date = /([dDyYmM]+)\W*?([dDyYmM]+)\W*?([dDyYmM]+)/.exec(plain.replaceAll(/(\w)\1*/g, '$& '));
  if (date === null) return null;
  const order = date
    .slice(1, 4)
    .map((part) => part[0]!.toUpperCase())
    .join('');
  if (order !== 'DMY' && order !== 'MDY' && order !== 'YMD') return null;
  const clock = CLOCK_UNITS.find((name) => new RegExp(`(?<![A-Za-z])${name}(?![A-Za-z:.])`, 'i').test(plain));
  return clock === undefined ? { order } : { order, clock };
}

/** How a file writes its dates, for display. */
export interface WrittenDates {
  form: number;
  order: DateOrder;
  separator: number;
  joiner: number;
  shortYear: boolean;
  oneDigit: boolean;
  monthFirst: boolean;
  /** `HH:mm:ss`, `HHmmss`, `h:mm A`; empty: dates alone. */
  clock: string;
  /** Dates and times have separate columns. */
  twoColumns: boolean;
}

/** `DD.MM.YYYY HH:mm` */
export function describeDates(dates: WrittenDates): string {
  const { form, separator, joiner, clock, oneDigit, shortYear } = dates;
  const sign = separator === 0 ? '' : String.fromCharCode(separator);
  const year = shortYear ? 'YY' : 'YYYY';
  const [month, day] = oneDigit ? ['M', 'D'] : ['MM', 'DD'];
  let date: string;
  if (form === FORMS.month) date = `${year}${sign}${month}`;
  else if (form === FORMS.named)
    date = dates.monthFirst ? `MMM ${day}, ${year}` : [day, 'MMM', year].join(sign || '');
  else if (dates.order === 'YMD') date = [year, month, day].join(sign);
  else date = (dates.order === 'DMY' ? [day, month, year] : [month, day, year]).join(sign);
  if (clock === '') return date;
  const join = dates.twoColumns || joiner === 0 ? ' ' : String.fromCharCode(joiner).toUpperCase();
  const together = form === FORMS.yearFirst && separator === 0 && joiner === 0 && !dates.twoColumns;
  return `${date}${together ? '' : join}${clock}`;
}
