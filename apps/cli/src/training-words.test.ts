import { expect, test } from '@jest/globals';
import { trainingWords } from './training-words.js';

test.each([
  [['a.yaml'], { files: ['a.yaml'] }],
  [['a.yaml', 'MSFT', '1h,1d'], { files: ['a.yaml'], symbols: ['MSFT'], timeframes: ['1h', '1d'] }],
  [['a.yaml', 'b.YML', 'A,B'], { files: ['a.yaml', 'b.YML'], symbols: ['A', 'B'] }],
  [['strategy'], { files: ['strategy'] }],
])('%j', (words, meant) => {
  expect(trainingWords(words)).toEqual({ symbols: undefined, timeframes: undefined, ...meant });
});

test.each([
  [['a.yaml', 'AAPL', '1h', 'more'], "'more' is an unexpected argument"],
  [['a.yaml', 'b.yaml', 'a.yaml'], 'a.yaml is named twice'],
  [['a.yaml', 'AAPL,,GOOG'], "'AAPL,,GOOG' has an empty symbol"],
])('%j is refused', (words, message) => {
  expect(() => trainingWords(words)).toThrow(message);
});
