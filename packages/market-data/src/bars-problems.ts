import { KtrdrError } from '@ktrdr/contracts';

/** Reading stops at this many problems. */
const MAX_PROBLEMS = 20;
const MAX_NAMED = 3;

/** One problem in a bars file. */
export interface BarsProblem {
  /** 1-based. */
  line: number;
  message: string;
}

/** `details` of a `bars_invalid` error. */
export interface BarsProblems {
  file: string;
  problems: BarsProblem[];
  /** True if reading stopped before the end of the file. */
  truncated: boolean;
}

/** Collects the problems of one bars file. */
export class BarsProblemList {
  private readonly problems: BarsProblem[] = [];

  constructor(private readonly file: string) {}

  add(line: number, message: string): void {
    if (!this.isFull) this.problems.push({ line, message });
  }

  get isEmpty(): boolean {
    return this.problems.length === 0;
  }

  get isFull(): boolean {
    return this.problems.length === MAX_PROBLEMS;
  }

  /**
   * A `bars_invalid` error. Its message has one line for each of the first problems (`AAPL_1h.csv:123: high 1.2 is
   * below low 1.3`); `details` lists all of them.
   */
  toError(): KtrdrError {
    const lines = this.problems
      .slice(0, MAX_NAMED)
      .map(({ line, message }) => `${this.file}:${line}: ${message}`);
    const more = this.problems.length - MAX_NAMED;
    if (more > 0)
      lines.push(
        `and ${more} more ${more === 1 ? 'problem' : 'problems'}${this.isFull ? '; reading stopped here' : ''}`,
      );
    const details: BarsProblems = { file: this.file, problems: this.problems, truncated: this.isFull };
    return new KtrdrError('bars_invalid', lines.join('\n'), { details });
  }
}
