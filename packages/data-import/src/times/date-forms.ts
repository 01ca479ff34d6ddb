/** How a cell writes its date. */
export const FORMS = {
  /** A number: unix time, or the day of a spreadsheet. */
  number: 1,
  /** Year with four digits, month, day. */
  yearFirst: 2,
  /** Two numbers that are day and month, in an order that only the whole file may show, and a year with four digits. */
  yearLast: 3,
  /** Three numbers of two digits: the order is open. */
  short: 4,
  /** The month is a name. */
  named: 5,
  /** Year and month. */
  month: 6,
  /** No date. */
  clock: 7,
} as const;
