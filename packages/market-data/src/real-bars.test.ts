import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { describeBars } from './select-range.js';
import { readBars } from './read-bars.js';

// Market data is not ours to copy: these tests use it where it is.
const besideTheRepository = resolve(import.meta.dirname, '../../../../shared/data');
const dataDir = process.env['KTRDR_REAL_BARS'] ?? besideTheRepository;
const there = existsSync(dataDir);
if (!there) console.warn(`Skipped: no real bars in ${dataDir}; name a folder with KTRDR_REAL_BARS.`);

describe('real bars', () => {
  (there ? test : test.skip).each([
    ['AAPL', '1h', '9,207 bars from 2016-01-04T14:00:00Z to 2021-03-31T19:00:00Z'],
    ['AAPL', '1d', '1,700 bars from 2014-07-01 to 2021-03-31'],
    ['EURUSD', '1h', '5,000 bars from 2017-04-19T09:00:00Z to 2018-02-07T15:00:00Z'],
    ['GOOG', '1d', '2,148 bars from 2004-08-19 to 2013-03-01'],
  ])('%s %s are read without complaint', async (symbol, timeframe, description) => {
    expect(describeBars(await readBars({ dataDir, symbol, timeframe }))).toBe(description);
  });
});
