import { expect, test } from '@jest/globals';
import { nearest } from './nearest.js';

test.each([
  ['AAPPL', ['AAPL', 'GOOG'], 'AAPL'],
  ['aapl', ['GOOG', 'AAPL'], 'AAPL'],
  ['failled', ['failed', 'completed'], 'failed'],
  ['tset', ['test', 'rest'], 'test'],
  ['test_strategy', ['test_strategy/1h_v1', 'other/1h_v1'], 'test_strategy/1h_v1'],
  [
    'op_training_20261130T101500_k3f8',
    ['op_training_20261130T101500_k3f9'],
    'op_training_20261130T101500_k3f9',
  ],
  ['xyz', ['AAPL', 'GOOG'], null],
  ['', ['AAPL'], null],
  ['MSFT', [], null],
])('%j among %j: %j', (word, known, meant) => {
  expect(nearest(word, known)).toBe(meant);
});
