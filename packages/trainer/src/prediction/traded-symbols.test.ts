import { expect, test } from '@jest/globals';
import { barsOf, HOUR, START, strategyOf, MODELS } from '../testing/two-timeframes.js';
import { tradedSymbols } from './traded-symbols.js';

const timeframe = strategyOf(MODELS.lstm).baseTimeframe;
const short = { symbol: 'AAA', bars: barsOf(200, 1) };
const long = { symbol: 'BBB', bars: barsOf(400, 2) };
const from = (hours: number) => ({ timeframe, range: { start: START + hours * HOUR } });

test('a symbol of the model without bars in the range is left out', () => {
  expect(tradedSymbols([short, long], from(100), null)).toEqual({ traded: [short, long], leftOut: [] });
  expect(tradedSymbols([short, long], from(300), null)).toEqual({ traded: [long], leftOut: ['AAA'] });
});

test('a symbol that the request names stays, and so do all if none has bars', () => {
  expect(tradedSymbols([short, long], from(300), ['AAA', 'BBB']).traded).toEqual([short, long]);
  expect(tradedSymbols([short, long], from(9000), null)).toEqual({ traded: [short, long], leftOut: [] });
});
