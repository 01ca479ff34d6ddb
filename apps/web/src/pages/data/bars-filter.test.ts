import { expect, test } from '@jest/globals';
import type { BarsInfo, DataFinding, DataReport } from '@ktrdr/contracts';
import { barsKey, filterBars } from './bars-filter.js';

const file = (symbol: string, timeframe: BarsInfo['timeframe'], problem: string | null = null): BarsInfo => ({
  symbol,
  timeframe,
  file: `${symbol}_${timeframe}.csv`,
  bytes: 1,
  sha256: '',
  rows: 1,
  first: null,
  last: null,
  problem,
  origins: [],
  changed_since: false,
});
const BARS = [file('AAPL', '1d'), file('AAPL', '1h'), file('EURUSD=X', '1h'), file('BAD', '1h', 'is empty')];
const FINDING = { kind: 'split', severity: 'warning' } as DataFinding;
const REPORTS = new Map([
  ['AAPL 1d', { findings: [FINDING] } as unknown as DataReport],
  ['AAPL 1h', { findings: [] } as unknown as DataReport],
]);
const NONE = { search: '', timeframe: '', check: '' };

test.each([
  [NONE, ['AAPL 1d', 'AAPL 1h', 'EURUSD=X 1h', 'BAD 1h']],
  [{ ...NONE, search: ' aa' }, ['AAPL 1d', 'AAPL 1h']],
  [{ ...NONE, search: 'usd=', timeframe: '1h' }, ['EURUSD=X 1h']],
  [{ ...NONE, check: 'unusual' }, ['AAPL 1d', 'EURUSD=X 1h', 'BAD 1h']],
])('%j keeps %j', (filter, kept) => {
  expect(filterBars(BARS, filter, REPORTS).map(barsKey)).toEqual(kept);
});
