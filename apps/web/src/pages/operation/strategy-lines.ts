import type { StrategyIssue } from '@ktrdr/contracts';

/** One line of a strategy file with its problems. */
export interface StrategyLine {
  /** From 1. */
  number: number;
  text: string;
  issues: StrategyIssue[];
}

/** The lines of a file, each with its problems. Problems without a line come with the first. */
export function linesOf(text: string, issues: readonly StrategyIssue[]): StrategyLine[] {
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/);
  return lines.map((line, index) => ({
    number: index + 1,
    text: line,
    issues: issues.filter((issue) => Math.min(issue.line ?? 1, lines.length) === index + 1),
  }));
}
