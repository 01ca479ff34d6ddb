import { expect, test } from '@jest/globals';
import { neededBars } from './needed-bars.js';

test.each([
  [
    `training_data:
  symbols: { mode: single, symbol: SP500 }
  timeframes: { mode: single, timeframe: 1d }`,
    ['SP500'],
    ['1d'],
  ],
  [
    `training_data:
  symbols:
    mode: multi_symbol
    list: [AAPL, GOOG, AAPL]
  timeframes:
    mode: multi_timeframe
    list:
      - 1h
      - 1d
    base_timeframe: 1h
nn_inputs:
  - { fuzzy_set: momentum, timeframes: all }`,
    ['AAPL', 'GOOG'],
    ['1h', '1d'],
  ],
  ['name: empty', [], []],
  ['training_data:\n  symbols:\n', [], []],
])('%j', (text, symbols, timeframes) => {
  expect(neededBars(text)).toEqual({ symbols, timeframes });
});
