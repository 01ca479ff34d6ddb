import { expect, test } from '@jest/globals';
import { importWords, oneOf } from './import-words.js';

const THERE = new Set(['prices', 'AAPL', '1h', 'data', 'a.csv']);
const exists = (path: string): boolean => THERE.has(path);

test.each<[string[], ReturnType<typeof importWords>]>([
  [['x.csv'], { files: ['x.csv'] }],
  [['x.csv', 'MSFT'], { files: ['x.csv'], symbol: 'MSFT' }],
  [['x.csv', 'MSFT', '4h'], { files: ['x.csv'], symbol: 'MSFT', timeframe: '4h' }],
  [['x.csv', '4h'], { files: ['x.csv'], timeframe: '4h' }],
  [['x.csv', 'BTC/USDT', '1d'], { files: ['x.csv'], symbol: 'BTC/USDT', timeframe: '1d' }],
  [['x.csv', '^GSPC'], { files: ['x.csv'], symbol: '^GSPC' }],
  // a file of that name is a file, not a symbol or a timeframe
  [['x.csv', 'AAPL', '4h'], { files: ['x.csv', 'AAPL'], timeframe: '4h' }],
  [['x.csv', '1h'], { files: ['x.csv', '1h'] }],
  // a file that is missing is still a file
  [['x.csv', 'y.csv.gz'], { files: ['x.csv', 'y.csv.gz'] }],
  [['*.csv', 'more/*'], { files: ['*.csv', 'more/*'] }],
  [['prices', 'a.csv', 'b.txt', '1d'], { files: ['prices', 'a.csv', 'b.txt'], timeframe: '1d' }],
  // the first word is a file
  [['MSFT'], { files: ['MSFT'] }],
  [['1d'], { files: ['1d'] }],
])('%j', (words, expected) => {
  expect(importWords(words, exists)).toEqual(expected);
});

test.each([
  [
    ['x.csv', '2h'],
    '2h is not a timeframe: choose one of 1m, 5m, 15m, 30m, 1h, 4h, 1d, 1w. If it is the symbol, ',
  ],
  [['x.csv', 'MSFT', '1D'], '1w; did you mean "1d"?'],
  [['x.csv', 'MSFT', '60min'], '1w; did you mean "1h"? If it is the symbol, write --symbol 60min.'],
])('%j: the last word is neither a symbol nor a timeframe', (words, message) => {
  expect(() => importWords(words, exists)).toThrow(message);
});

test.each(['1INCH', '3MMM', 'D', '600519'])('%s is a symbol', (symbol) => {
  expect(importWords(['x.csv', symbol], exists)).toEqual({ files: ['x.csv'], symbol });
});

test('a word and an option must agree', () => {
  expect(oneOf('--symbol', 'A', undefined)).toBe('A');
  expect(oneOf('--symbol', undefined, 'A')).toBe('A');
  expect(oneOf('--symbol', 'A', 'A')).toBe('A');
  expect(() => oneOf('--symbol', 'A', 'B')).toThrow('--symbol B differs from the word A');
});
