import type { RowProblems } from './row-problems.js';

const HINT = 'another table may begin here. Split the file; --bad-rows drop joins both parts into one series';

/** Rows among the bars that may begin another table: a header again, or a title such as `MSFT`. Such a row after the last bar begins no table. */
export class TableBreaks {
  private hasBars = false;
  private open: { line: number; what: string } | null = null;

  constructor(private readonly problems: RowProblems) {}

  /** A row that may begin a table, and is left out. */
  add(line: number, what: string): void {
    if (this.hasBars) this.open ??= { line, what };
  }

  /** A bar follows. */
  addBar(): void {
    this.hasBars = true;
    if (this.open === null) return;
    const { line, what } = this.open;
    this.problems.addLeftOut(line, `${what} stands between bars: ${HINT}`);
    this.open = null;
  }
}
