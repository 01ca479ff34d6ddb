/** Columns of values: open, high, low, close, volume and, if the file has them, ticks. */
export const VALUE_COLUMNS = 6;
/** Index of the volume among the columns of values. */
export const VOLUME = 4;
/** Index of the number of ticks among the columns of values. */
export const TICKS = 5;

/** The rows of a table in its order, without their times. */
export class TableRows {
  /** Open, high, low, close, volume, ticks. */
  readonly columns: Float64Array[];
  /** Line of each row in the file. */
  lines: Uint32Array;
  /** Index of each row's symbol; `null` if all rows have the same. */
  symbols: Uint32Array | null;
  length = 0;

  /** @param capacity expected number of rows */
  constructor(capacity: number, { ticks, symbols }: { ticks: boolean; symbols: boolean }) {
    const size = Math.max(16, Math.floor(capacity));
    this.columns = Array.from(
      { length: ticks ? VALUE_COLUMNS : VALUE_COLUMNS - 1 },
      () => new Float64Array(size),
    );
    this.lines = new Uint32Array(size);
    this.symbols = symbols ? new Uint32Array(size) : null;
  }

  push(line: number, symbol: number, values: Float64Array): void {
    const row = this.length;
    if (row === this.lines.length) this.grow();
    const { columns } = this;
    for (let column = 0; column < columns.length; column++) columns[column]![row] = values[column]!;
    this.lines[row] = line;
    if (this.symbols !== null) this.symbols[row] = symbol;
    this.length++;
  }

  private grow(): void {
    const size = Math.ceil(this.lines.length * 1.5);
    // one column after the other, so that only one old column is in memory beside its copy
    for (const [index, column] of this.columns.entries()) {
      const larger = new Float64Array(size);
      larger.set(column);
      this.columns[index] = larger;
    }
    const lines = new Uint32Array(size);
    lines.set(this.lines);
    this.lines = lines;
    if (this.symbols === null) return;
    const symbols = new Uint32Array(size);
    symbols.set(this.symbols);
    this.symbols = symbols;
  }
}
