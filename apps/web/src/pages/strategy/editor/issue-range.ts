import type { StrategyIssue } from '@ktrdr/contracts';

/** The word at an issue's place, as offsets in the text; `null` for an issue without a place. */
export function issueRange(
  text: string,
  { line, column }: Pick<StrategyIssue, 'line' | 'column'>,
): { from: number; to: number } | null {
  if (line === null) return null;
  let start = 0;
  for (let passed = 1; passed < line; passed += 1) {
    const end = text.indexOf('\n', start);
    // the text was shortened since it was checked: the last line has the issue
    if (end < 0) break;
    start = end + 1;
  }
  const newline = text.indexOf('\n', start);
  const end = newline < 0 ? text.length : newline;
  const from = Math.min(end, start + Math.max(0, (column ?? 1) - 1));
  const word = /^("[^"]*"|'[^']*'|[^\s,:{}[\]]+)/.exec(text.slice(from, end))?.[0].length ?? 0;
  return { from, to: Math.min(end, from + Math.max(1, word)) };
}
