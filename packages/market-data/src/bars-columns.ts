const COLUMNS = 6;

/** Six growing columns: time, open, high, low, close, volume. */
export class BarsColumns {
  private columns: Float64Array[];
  private rows = 0;

  /** `capacity`: expected number of rows. The columns grow beyond it when needed. */
  constructor(capacity: number) {
    this.columns = Array.from({ length: COLUMNS }, () => new Float64Array(Math.max(16, capacity)));
  }

  get length(): number {
    return this.rows;
  }

  /** Appends one row of six values. */
  push(row: Float64Array): void {
    if (this.rows === this.columns[0]!.length) this.grow();
    for (let column = 0; column < COLUMNS; column++) this.columns[column]![this.rows] = row[column]!;
    this.rows++;
  }

  /** Copies of the columns, cut to the number of rows. */
  take(): Record<'time' | 'open' | 'high' | 'low' | 'close' | 'volume', Float64Array> {
    const [time, open, high, low, close, volume] = this.columns.map((column) =>
      column.slice(0, this.rows),
    ) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
    return { time, open, high, low, close, volume };
  }

  private grow(): void {
    this.columns = this.columns.map((column) => {
      const larger = new Float64Array(Math.ceil(column.length * 1.5));
      larger.set(column);
      return larger;
    });
  }
}
