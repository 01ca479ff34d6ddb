import { expect, test } from '@jest/globals';
import type { Trade } from '@ktrdr/contracts';
import { tradeMarkers, tradeTotals } from './decision-markers.js';

function trade(fields: Partial<Trade>): Trade {
  return { direction: 'long', profit: 1, return: 0.01, ...fields } as Trade;
}

const TRADES = [
  trade({ entry_time: '2026-01-05T00:00:00Z', exit_time: '2026-01-09T00:00:00Z' }),
  trade({
    direction: 'short',
    entry_time: '2026-01-06T00:00:00Z',
    exit_time: '2026-01-07T00:00:00Z',
    profit: -2,
    return: -0.02,
  }),
];

test('markers are in order of time, also where trades overlap', () => {
  const markers = tradeMarkers(TRADES);
  expect(markers.map(({ kind }) => kind)).toEqual(['long', 'short', 'exit', 'exit']);
  expect(markers.map(({ isGain }) => isGain)).toEqual([undefined, undefined, false, true]);
});

test('totals count the trades that earned', () => {
  expect(tradeTotals(TRADES)).toEqual({ count: 2, gains: 1, profit: -1 });
});
