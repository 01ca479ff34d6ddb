import { expect, test } from '@jest/globals';
import type { StrategyIssue } from '@ktrdr/contracts';
import { linesOf } from './strategy-lines.js';

const issue = (line: number | null): StrategyIssue => ({
  severity: 'warning',
  file: 'a.yaml',
  line,
  column: 1,
  path: 'name',
  message: `at ${line}`,
});

test('each line of a strategy file has its problems; one without a line is at the first', () => {
  const lines = linesOf('name: a\r\nmodel: b\n', [issue(2), issue(null), issue(99)]);
  expect(
    lines.map(({ number, text, issues }) => [number, text, issues.map(({ message }) => message)]),
  ).toEqual([
    [1, 'name: a', ['at null']],
    [2, 'model: b', ['at 2', 'at 99']],
  ]);
});
