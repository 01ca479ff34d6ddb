import type { BadRowChoice, ImportQuestion } from '@ktrdr/contracts';
import { BarsProblemList } from '@ktrdr/market-data';
import { LeftOut } from './left-out.js';

/** Rows with an invalid value: left out, or problems that refuse the import. */
export class RowProblems {
  readonly leftOut = new LeftOut();
  private readonly problems: BarsProblemList;
  private first: string | null = null;
  private count = 0;

  constructor(
    private readonly file: string,
    private readonly choice: BadRowChoice | undefined,
  ) {
    this.problems = new BarsProblemList(file, 'import_invalid');
  }

  /** @param column index of the bad field, from 0 */
  add(line: number, message: string, column?: number): void {
    if (this.choice === 'drop') {
      this.leftOut.add(line, message);
      return;
    }
    this.count++;
    const place = column === undefined ? `${line}` : `${line}:${column + 1}`;
    this.first ??= `${this.file}:${place}: ${message}`;
    this.problems.add(line, message, column === undefined ? undefined : column + 1);
  }

  /** Adds a problem with a row that is left out already. */
  addLeftOut(line: number, message: string): void {
    if (this.choice !== 'drop') this.add(line, message);
  }

  /** True if reading on is pointless: the import is refused, and its list of problems is full. */
  get isFull(): boolean {
    return this.choice === 'refuse' && this.problems.isFull;
  }

  /** @throws KtrdrError `import_invalid` if a row is bad */
  throwIfBad(): void {
    if (!this.problems.isEmpty)
      throw this.problems.toError('Correct the file, or leave such rows out: --bad-rows drop');
  }

  /** Asks what to do with bad rows, if there are some and no choice is made. */
  question(): ImportQuestion | null {
    if (this.choice !== undefined || this.first === null) return null;
    const others =
      this.count === 1 ? 'One row has an invalid value' : `${this.count} rows have invalid values`;
    return {
      choice: 'bad_rows',
      message: `${others}. The first: ${this.first}`,
      answers: ['refuse', 'drop'],
      suggestion: null,
    };
  }
}
