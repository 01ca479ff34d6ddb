import { KtrdrError } from '@ktrdr/contracts';
import type { StrategyIssue } from '@ktrdr/contracts';

import { LIMITS } from './limits.js';

/** Keys and indexes that lead to a value in the file. */
export type Path = readonly (string | number)[];

/** Position in the file; line and column are 1-based. */
export interface Place {
  line: number;
  column: number;
}

/**
 * Thrown for a file with errors. The message has one line per error; `details.issues` holds all issues, including
 * warnings.
 */
export class StrategyError extends KtrdrError {
  override readonly name = 'StrategyError';
  readonly issues: readonly StrategyIssue[];

  constructor(file: string, issues: readonly StrategyIssue[]) {
    const errors = issues.filter((issue) => issue.severity === 'error');
    const count = errors.length === 1 ? '1 error' : `${errors.length} errors`;
    super('strategy_invalid', [`${file} has ${count}:`, ...errors.map(formatIssue)].join('\n'), {
      details: { issues },
    });
    this.issues = issues;
  }
}

/** One line of a report: `file:line:column path: what is wrong; how to fix it`. */
export function formatIssue(issue: StrategyIssue): string {
  const place = issue.line === null ? issue.file : `${issue.file}:${issue.line}:${issue.column ?? 1}`;
  return issue.path === '' ? `${place}: ${issue.message}` : `${place} ${issue.path}: ${issue.message}`;
}

/** `model.architecture.hidden_layers[0]`. A key with a dot or a bracket is quoted. */
export function formatPath(path: Path): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (step === '' || /[.[\]"\s]/.test(step)) text += `[${JSON.stringify(step)}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}

/** Errors and warnings of one file, without duplicates, in the order of their positions. */
export class IssueList {
  private readonly issues: StrategyIssue[] = [];
  private readonly seen = new Set<string>();
  private readonly counts = { error: 0, warning: 0 };

  constructor(readonly file: string) {}

  error(place: Place | null, path: Path, message: string): void {
    this.add('error', place, path, message);
  }

  warn(place: Place | null, path: Path, message: string): void {
    this.add('warning', place, path, message);
  }

  get errorCount(): number {
    return this.counts.error;
  }

  /** All issues in order. Those beyond the limit are only counted, in a last issue. */
  sorted(): StrategyIssue[] {
    const sorted = [...this.issues].sort(
      (a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
    );
    const more = this.counts.error + this.counts.warning - this.issues.length;
    if (more > 0) {
      const severity = this.counts.error > LIMITS.issues ? 'error' : 'warning';
      sorted.push(this.issue(severity, null, [], `${more} more problems are not listed`));
    }
    return sorted;
  }

  private add(severity: StrategyIssue['severity'], place: Place | null, path: Path, message: string): void {
    const issue = this.issue(severity, place, path, message);
    const key = `${severity}\n${issue.path}\n${message}`;
    if (this.seen.has(key)) return;
    this.seen.add(key);
    this.counts[severity] += 1;
    if (this.counts[severity] <= LIMITS.issues) this.issues.push(issue);
  }

  private issue(
    severity: StrategyIssue['severity'],
    place: Place | null,
    path: Path,
    message: string,
  ): StrategyIssue {
    const { file } = this;
    const { line, column } = place ?? { line: null, column: null };
    return { severity, file, line, column, path: formatPath(path), message };
  }
}
