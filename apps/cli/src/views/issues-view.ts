import { printable, type ErrorBody, type StrategyIssue } from '@ktrdr/contracts';

/** `strategies/a.yaml:12:5 model.type: what is wrong and how to fix it` */
export function issueLine({ severity, file, line, column, path, message }: StrategyIssue): string {
  const place = [file, line, column].filter((part) => part !== null && part !== '').join(':');
  const where = path === '' ? ':' : ` ${path}:`;
  return printable(`${place}${where} ${severity === 'warning' ? 'warning: ' : ''}${message}`);
}

/** The strategy problems in an error's details that its message does not already contain. */
export function issueLinesOf(error: ErrorBody | null): string[] {
  const issues = (error?.details as { issues?: unknown } | null | undefined)?.issues;
  if (error === null || !Array.isArray(issues)) return [];
  return issues
    .filter(isIssue)
    .filter(({ message }) => !error.message.includes(message))
    .map(issueLine);
}

function isIssue(value: unknown): value is StrategyIssue {
  return typeof value === 'object' && value !== null && 'path' in value && 'message' in value;
}
