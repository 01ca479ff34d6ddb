/** An order of price columns that a source writes. */
export interface PriceOrder {
  /** Places of open, high, low and close among four columns. */
  places: readonly [open: number, high: number, low: number, close: number];
  /** `open, high, low, close` */
  name: string;
}

/** Orders without a header that sources are known to write. */
const ORDERS: readonly PriceOrder[] = [
  { places: [0, 1, 2, 3], name: 'open, high, low, close' },
  { places: [0, 2, 3, 1], name: 'open, close, high, low' },
  { places: [2, 1, 0, 3], name: 'low, high, open, close' },
  { places: [3, 1, 2, 0], name: 'close, high, low, open' },
  { places: [1, 2, 3, 0], name: 'close, open, high, low' },
  { places: [2, 0, 1, 3], name: 'high, low, open, close' },
  { places: [3, 0, 1, 2], name: 'high, low, close, open' },
  { places: [0, 2, 1, 3], name: 'open, low, high, close' },
];
/** Share of rows that may have a wrong price. */
const MOST_BAD = 0.05;
/** With at least this many steps from bar to bar, they show which column is the open. */
const MIN_STEPS = 20;

/**
 * Orders of four price columns that the rows allow: the high is never below another price, the low never above one. Orders that give
 * every row the same values count once. `open, high, low, close` excludes its mirror image, `close, high, low, open`, unless the steps
 * from one bar's close to the next open speak clearly against it: sources write a header over the latter.
 *
 * @param rows four prices each, oldest first, without missing values
 */
export function possibleOrders(rows: readonly (readonly number[])[]): PriceOrder[] {
  const wrong = ORDERS.map(
    ({ places: [, high, low] }) =>
      rows.filter((row) => row.some((price) => price > row[high]! || price < row[low]!)).length,
  );
  // a few rows may be bad
  const fewest = Math.min(...wrong);
  const possible =
    fewest > rows.length * MOST_BAD ? [] : ORDERS.filter((_, order) => wrong[order] === fewest);
  const distinct = possible.filter(
    (order, index) => !possible.slice(0, index).some((before) => sameValues(before, order, rows)),
  );
  const first = distinct[0];
  if (first !== ORDERS[0] || mirrorFitsBetter(rows)) return distinct;
  return distinct.filter((order) => order !== ORDERS[3]);
}

function sameValues(a: PriceOrder, b: PriceOrder, rows: readonly (readonly number[])[]): boolean {
  return rows.every((row) => a.places.every((place, role) => row[place] === row[b.places[role]!]));
}

/** True if the last column is clearly the open: the first one, of the bar before, is much nearer to it than the other way round. */
function mirrorFitsBetter(rows: readonly (readonly number[])[]): boolean {
  let forward = 0;
  let mirrored = 0;
  let steps = 0;
  for (let at = 1; at < rows.length; at++) {
    const before = rows[at - 1]!;
    const row = rows[at]!;
    forward += Math.abs(row[0]! - before[3]!);
    mirrored += Math.abs(row[3]! - before[0]!);
    steps++;
  }
  return steps >= MIN_STEPS && mirrored * 2 < forward;
}
