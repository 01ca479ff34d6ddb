import type { RowProblems } from './row-problems.js';

const HINT = 'split the file if another table begins here';

/** Rows among the bars that may begin another table: a header again, or a title such as `MSFT`. At the end of a file, they are none. */
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
    this.problems.addLeftOut(line, `${what} between bars: ${HINT}`);
    this.open = null;
  }
}
