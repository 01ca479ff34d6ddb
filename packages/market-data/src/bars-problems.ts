import { KtrdrError } from '@ktrdr/contracts';

/** Reading ends with this many problems. */
const MOST_PROBLEMS = 20;
const MOST_NAMED = 3;

/** One thing that is wrong in a bars file. */
export interface BarsProblem {
  /** 1-based. */
  line: number;
  message: string;
}

/** `details` of a `bars_invalid` error. */
export interface BarsProblems {
  file: string;
  problems: BarsProblem[];
  /** True where reading ended early, with more of the file to come. */
  truncated: boolean;
}

/** Collects what is wrong in one bars file. */
export class BarsProblemList {
  readonly #file: string;
  readonly #problems: BarsProblem[] = [];

  constructor(file: string) {
    this.#file = file;
  }

  add(line: number, message: string): void {
    if (!this.isFull) this.#problems.push({ line, message });
  }

  get isEmpty(): boolean {
    return this.#problems.length === 0;
  }

  get isFull(): boolean {
    return this.#problems.length === MOST_PROBLEMS;
  }

  /** `AAPL_1h.csv:123: high 1.2 is below low 1.3`, a line each for the first problems; all of them in `details`. */
  toError(): KtrdrError {
    const lines = this.#problems
      .slice(0, MOST_NAMED)
      .map(({ line, message }) => `${this.#file}:${line}: ${message}`);
    const more = this.#problems.length - MOST_NAMED;
    if (more > 0)
      lines.push(
        `and ${more} more ${more === 1 ? 'problem' : 'problems'}${this.isFull ? ', where reading ended' : ''}`,
      );
    const details: BarsProblems = { file: this.#file, problems: this.#problems, truncated: this.isFull };
    return new KtrdrError('bars_invalid', lines.join('\n'), { details });
  }
}
