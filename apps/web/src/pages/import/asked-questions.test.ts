import { expect, test } from '@jest/globals';
import type { ImportQuestion } from '@ktrdr/contracts';
import { askedAfter, type AskedQuestion } from './asked-questions.js';

const question = (choice: ImportQuestion['choice'], message = ''): ImportQuestion => ({
  choice,
  message,
  answers: [],
  suggestion: null,
});
const answered = (choice: ImportQuestion['choice'], answer: string, message = ''): AskedQuestion => ({
  question: question(choice, message),
  answer,
  isOpen: true,
});

test('an answered question stays in its place, and a new one follows', () => {
  const first = askedAfter([], [question('timezone'), question('timeframe')]);
  const [zone, timeframe] = first;
  const next = askedAfter(
    [{ ...zone!, answer: 'UTC' }, timeframe!],
    [question('timeframe'), question('symbol')],
  );
  expect(next.map(({ question: { choice }, answer, isOpen }) => [choice, answer, isOpen])).toEqual([
    ['timezone', 'UTC', false],
    ['timeframe', null, true],
    ['symbol', null, true],
  ]);
});

test('an answer that leaves its question open stays with the new message', () => {
  const [again] = askedAfter([answered('on_conflict', 'refuse', 'old')], [question('on_conflict', 'new')]);
  expect(again).toEqual({ question: question('on_conflict', 'new'), answer: 'refuse', isOpen: true });
});

test('a question that was not answered and is not asked again is removed', () => {
  expect(askedAfter(askedAfter([], [question('timezone')]), [])).toEqual([]);
});

test('a file can ask about columns twice', () => {
  const next = askedAfter([answered('columns', 'close=Bid', 'bid and ask')], [question('columns', 'volume')]);
  expect(next.map(({ answer, isOpen }) => [answer, isOpen])).toEqual([
    ['close=Bid', false],
    [null, true],
  ]);
});
