import { formatIssue } from '../issues.js';
import { validateStrategy } from '../validate-strategy.js';

/** File name in tests. */
export const FILE = 'strategies/base.yaml';

/** Errors and warnings of a text as lines, without the file name. */
export function problems(text: string): { errors: string[]; warnings: string[] } {
  const { issues } = validateStrategy(text, FILE);
  const lines = (severity: string) =>
    issues
      .filter((issue) => issue.severity === severity)
      .map((issue) => formatIssue(issue).slice(FILE.length + 1));
  return { errors: lines('error'), warnings: lines('warning') };
}
