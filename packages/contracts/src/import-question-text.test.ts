import { expect, test } from '@jest/globals';
import type { ImportQuestion } from './data-import.js';
import { importQuestionText } from './import-question-text.js';

function textOf(question: Partial<ImportQuestion>): string {
  return importQuestionText({
    choice: 'timezone',
    message: 'which one?',
    answers: [],
    suggestion: null,
    ...question,
  });
}

test('each answer is an option that can be pasted into a shell', () => {
  expect(
    textOf({ choice: 'columns', answers: ['close=Last Price', 'close=Mid'], suggestion: 'it is later' }),
  ).toBe(
    "--columns: which one?\n    --columns 'close=Last Price'   (likely, because it is later)\n    --columns close=Mid",
  );
});

test('without answers there is an example', () => {
  expect(textOf({})).toBe('--timezone: which one?\n    for example: --timezone America/New_York');
  expect(textOf({ choice: 'symbol_map' })).toContain("for example: --symbol-map 'BRK B=BRK.B'");
});

test('an answer that leaves the question open is not offered, and the others say what they do', () => {
  expect(
    textOf({ choice: 'on_conflict', message: 'two differ:\na and b', answers: ['keep', 'refuse'] }),
  ).toBe('--on-conflict: two differ:\n    a and b\n    --on-conflict keep   (the stored bars stay)');
});
