import { KtrdrError, type ErrorCode } from '@ktrdr/contracts';

/** Reading stops at this many problems. */
const MAX_PROBLEMS = 20;
const MAX_NAMED = 3;

/** One problem in a file of bars. */
export interface BarsProblem {
  /** 1-based. */
  line: number;
  /** 1-based, if the problem is one field of a line. */
  column?: number;
  message: string;
}

/** `details` of a `bars_invalid` or `import_invalid` error. */
export interface BarsProblems {
  file: string;
  problems: BarsProblem[];
  /** True if reading stopped before the end of the file. */
  truncated: boolean;
}

/** Collects the problems of one file. */
export class BarsProblemList {
  private readonly problems: BarsProblem[] = [];

  constructor(
    private readonly file: string,
    private readonly code: Extract<ErrorCode, 'bars_invalid' | 'import_invalid'> = 'bars_invalid',
  ) {}

  add(line: number, message: string, column?: number): void {
    if (this.isFull) return;
    this.problems.push(column === undefined ? { line, message } : { line, column, message });
  }

  get isEmpty(): boolean {
    return this.problems.length === 0;
  }

  get isFull(): boolean {
    return this.problems.length === MAX_PROBLEMS;
  }

  /**
   * The error. Its message has one line for each of the first problems (`AAPL_1h.csv:123: high 1.2 is
   * below low 1.3`), then `advice`; `details` lists all of them.
   */
  toError(advice?: string): KtrdrError {
    const lines = this.problems
      .slice(0, MAX_NAMED)
      .map(
        ({ line, column, message }) =>
          `${this.file}:${line}${column === undefined ? '' : `:${column}`}: ${message}`,
      );
    const more = this.problems.length - MAX_NAMED;
    if (more > 0)
      lines.push(
        `and ${more} more ${more === 1 ? 'problem' : 'problems'}${this.isFull ? '; reading stopped here' : ''}`,
      );
    if (advice !== undefined) lines.push(advice);
    const details: BarsProblems = { file: this.file, problems: this.problems, truncated: this.isFull };
    return new KtrdrError(this.code, lines.join('\n'), { details });
  }
}
