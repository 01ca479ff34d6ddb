/** The columns of bars, in the order of a parsed row. */
export const COLUMN_NAMES = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;
/** Columns of bars, each `[length]`. */
export type ColumnArrays = Record<(typeof COLUMN_NAMES)[number], Float64Array>;

const COLUMNS = COLUMN_NAMES.length;
/** Rows of a small file. */
const LEAST_CAPACITY = 1_000;
/** Columns that are filled to this share are not copied when they are taken. */
const NEARLY_FULL = 0.9;
type SixColumns = [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];

/** Six growing columns: time, open, high, low, close, volume. */
export class BarsColumns {
  private columns: SixColumns;
  private rows = 0;
  private reserved = false;

  constructor() {
    this.columns = BarsColumns.empty(LEAST_CAPACITY);
  }

  get length(): number {
    return this.rows;
  }

  /** Appends one row of six values. */
  push(row: Float64Array): void {
    if (this.rows === this.capacity) this.grow(this.capacity * 1.5);
    for (let column = 0; column < COLUMNS; column++) this.columns[column]![this.rows] = row[column]!;
    this.rows++;
  }

  /** Makes room for a number of rows, once, the first time that rows are there. */
  reserve(rows: number): void {
    if (this.reserved || this.rows === 0) return;
    this.reserved = true;
    if (rows > this.capacity) this.grow(rows);
  }

  private get capacity(): number {
    return this.columns[0].length;
  }

  /** The columns, cut to the number of rows. The collector is empty afterwards. */
  take(): ColumnArrays {
    const rows = this.rows;
    const isNearlyFull = rows > this.capacity * NEARLY_FULL;
    const [time, open, high, low, close, volume] = this.eachReplaced((column) =>
      // what was never written takes no memory
      isNearlyFull ? column.subarray(0, rows) : column.slice(0, rows),
    );
    this.rows = 0;
    this.columns = BarsColumns.empty(0);
    return { time, open, high, low, close, volume };
  }

  private grow(capacity: number): void {
    this.columns = this.eachReplaced((column) => {
      const larger = new Float64Array(Math.ceil(capacity));
      larger.set(column);
      return larger;
    });
  }

  /** One column after the other, so that no two copies of all columns are in memory. */
  private eachReplaced(replace: (column: Float64Array) => Float64Array): SixColumns {
    for (let index = 0; index < COLUMNS; index++) this.columns[index] = replace(this.columns[index]!);
    return this.columns;
  }

  private static empty(capacity: number): SixColumns {
    const column = (): Float64Array => new Float64Array(capacity);
    return [column(), column(), column(), column(), column(), column()];
  }
}
