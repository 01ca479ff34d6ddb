import { daysInMonth } from '@ktrdr/market-data';
import type { DateOrder } from './date-format.js';
import type { Quoting, TimeQuestion } from './quoting.js';
import { FORMS } from './date-forms.js';
import type { WrittenTimes } from './written-times.js';

const POINT = 46;
const ORDERS: readonly DateOrder[] = ['DMY', 'MDY', 'YMD'];

export interface OrderFound {
  order: DateOrder;
  /** Orders that fit every row. If there are several, the import asks the user. */
  possible: readonly DateOrder[];
  note: Quoting | null;
  question: TimeQuestion | null;
}

/** Year, month and day of a packed date in an order; the year has two digits if the file's has. */
export function partsOf(
  packed: number,
  form: number,
  order: DateOrder,
): { year: number; month: number; day: number } {
  const high = Math.floor(packed / 10_000);
  const middle = Math.floor(packed / 100) % 100;
  const low = packed % 100;
  if (form === FORMS.yearLast)
    return order === 'MDY'
      ? { year: high, month: middle, day: low }
      : { year: high, month: low, day: middle };
  if (form !== FORMS.short || order === 'YMD') return { year: high, month: middle, day: low };
  return order === 'MDY' ? { year: low, month: high, day: middle } : { year: low, month: middle, day: high };
}

/** Finds the order of day, month and year that fits every row. If several fit, the import asks the user. */
export function findDateOrder(written: WrittenTimes, chosen: DateOrder | undefined): OrderFound {
  const { form, separator } = written.style;
  if (form !== FORMS.yearLast && form !== FORMS.short) return certain('YMD');
  const orders = form === FORMS.short ? ORDERS : ORDERS.slice(0, 2);
  if (chosen !== undefined && orders.includes(chosen)) return certain(chosen);
  const against = orders.map((order) => firstAgainst(written, order));
  let left = orders.filter((_, index) => against[index] === -1);
  if (form === FORMS.short && left.length > 1) left = byChanges(written, left);
  if (left.length === 0) return contradiction(written, orders, against);
  // dots stand between day, month and year, in this order
  const [best] = left as [DateOrder];
  const swapped = left.length === 1 && form === FORMS.yearLast ? swappedRow(written, best) : -1;
  if (swapped !== -1) return mixed(written, orders, swapped);
  if (left.length === 1 || separator === POINT || left.every((order) => isSame(written, best, order)))
    return { ...certain(best), note: decidedBy(written, best, orders, against) };
  return {
    order: best,
    possible: left,
    note: null,
    question: {
      choice: 'date_format',
      message: (timeAt) => {
        const names = left.map((order) => nameOf(order, written)).join(' and ');
        const row = exampleOf(written, left);
        return `every date of the file fits ${names}: line ${written.lines[row]} has ${timeAt(row)}`;
      },
      answers: left.map((order) => nameOf(order, written)),
      suggestion: null,
    },
  };
}

function certain(order: DateOrder): OrderFound {
  return { order, possible: [order], note: null, question: null };
}

/** First row that is not a date in an order; -1 if every row is one. */
function firstAgainst({ dates, length, style }: WrittenTimes, order: DateOrder): number {
  let before = -1;
  for (let row = 0; row < length; row++) {
    const packed = dates[row]!;
    if (packed === before) continue;
    before = packed;
    const { year, month, day } = partsOf(packed, style.form, order);
    const full = style.shortYear ? 2000 + year : year;
    if (month < 1 || month > 12 || day < 1 || day > daysInMonth(full, month)) return row;
  }
  return -1;
}

/**
 * Of three numbers with two digits, the year changes least often and the day most often from row to row. So the number that changes more
 * often than another is not the year.
 */
function byChanges({ dates, length }: WrittenTimes, orders: DateOrder[]): DateOrder[] {
  let first = 0;
  let last = 0;
  for (let row = 1; row < length; row++) {
    const [now, before] = [dates[row]!, dates[row - 1]!];
    if (now === before) continue;
    if (Math.floor(now / 10_000) !== Math.floor(before / 10_000)) first++;
    if (now % 100 !== before % 100) last++;
  }
  if (first === last) return orders;
  const left = orders.filter((order) => (order === 'YMD') === last > first);
  return left.length === 0 ? orders : left;
}

/** True if two orders give the same date in every row. */
function isSame({ dates, length, style }: WrittenTimes, one: DateOrder, other: DateOrder): boolean {
  for (let row = 0; row < length; row++) {
    const [a, b] = [partsOf(dates[row]!, style.form, one), partsOf(dates[row]!, style.form, other)];
    if (a.year !== b.year || a.month !== b.month || a.day !== b.day) return false;
  }
  return true;
}

/**
 * A spreadsheet can swap day and month of the dates that it could read, and leave the others. Then the dates are only in order of time if
 * the day and month of every date that fits both orders are swapped. The first such row; -1 if there is none.
 */
function swappedRow({ dates, length, style }: WrittenTimes, best: DateOrder): number {
  let first = -1;
  const found = [0, 0, 0, 0];
  let [before, beforeSwapped, packedBefore] = [NaN, NaN, -1];
  for (let row = 0; row < length; row++) {
    const packed = dates[row]!;
    if (packed === packedBefore) continue;
    packedBefore = packed;
    const { year, month, day } = partsOf(packed, style.form, best);
    const fitsBoth = day <= 12 && day !== month;
    if (fitsBoth && first === -1) first = row;
    const now = (year * 100 + month) * 100 + day;
    const swapped = fitsBoth ? (year * 100 + day) * 100 + month : now;
    if (now > before) found[0]!++;
    if (now < before) found[1]!++;
    if (swapped > beforeSwapped) found[2]!++;
    if (swapped < beforeSwapped) found[3]!++;
    [before, beforeSwapped] = [now, swapped];
  }
  const [ups, downs, upsSwapped, downsSwapped] = found as [number, number, number, number];
  const isInOrder = ups === 0 || downs === 0;
  return isInOrder || (upsSwapped > 0 && downsSwapped > 0) ? -1 : first;
}

function mixed(written: WrittenTimes, orders: readonly DateOrder[], row: number): OrderFound {
  return {
    order: orders[0]!,
    possible: orders.slice(0, 1),
    note: null,
    question: {
      choice: 'date_format',
      message: (timeAt) =>
        `some dates seem to have day and month swapped, as a spreadsheet can do: line ${written.lines[row]} has ${timeAt(row)}. Export the file again without a spreadsheet, or choose a format to read all dates as written`,
      answers: orders.map((order) => nameOf(order, written)),
      suggestion: null,
    },
  };
}

function contradiction(
  written: WrittenTimes,
  orders: readonly DateOrder[],
  against: readonly number[],
): OrderFound {
  return {
    order: orders[0]!,
    possible: orders.slice(0, 1),
    note: null,
    question: {
      choice: 'date_format',
      message: (timeAt) => {
        const why = orders.map((order, index) => {
          const row = against[index]!;
          return `line ${written.lines[row]} has ${timeAt(row)}, which is not ${nameOf(order, written)}`;
        });
        return `no order of day and month fits every row: ${why.join('; ')}`;
      },
      answers: orders.map((order) => nameOf(order, written)),
      suggestion: null,
    },
  };
}

/** Which line decided. */
function decidedBy(
  written: WrittenTimes,
  best: DateOrder,
  orders: readonly DateOrder[],
  against: readonly number[],
): Quoting | null {
  const other = orders.findIndex((order, index) => order !== best && order !== 'YMD' && against[index]! >= 0);
  if (other < 0) return null;
  const row = against[other]!;
  return (timeAt) => `Dates are ${nameOf(best, written)}: line ${written.lines[row]} has ${timeAt(row)}.`;
}

/** The first row whose date depends on the order. */
function exampleOf(written: WrittenTimes, orders: readonly DateOrder[]): number {
  let row = 0;
  while (row < written.length - 1) {
    const all = orders.map((order) =>
      JSON.stringify(partsOf(written.dates[row]!, written.style.form, order)),
    );
    if (new Set(all).size > 1) break;
    row++;
  }
  return row;
}

/** `DD/MM/YYYY` */
export function nameOf(order: DateOrder, { style }: WrittenTimes): string {
  const sign = style.separator === 0 ? '' : String.fromCharCode(style.separator);
  const names = { D: 'DD', M: 'MM', Y: style.shortYear ? 'YY' : 'YYYY' };
  return order
    .split('')
    .map((part) => names[part as 'D' | 'M' | 'Y'])
    .join(sign);
}
