import { expect, test } from '@jest/globals';
import { REAL_BARS, realBars, requires } from '../../../tools/requirements.js';
import { describeBars } from './select-range.js';
import { readBars } from './read-bars.js';

const { describe } = requires(realBars());

describe('real bars', () => {
  test.each([
    ['AAPL', '1h', '9,207 bars from 2016-01-04T14:00:00Z to 2021-03-31T19:00:00Z'],
    ['AAPL', '1d', '1,700 bars from 2014-07-01 to 2021-03-31'],
    ['EURUSD', '1h', '5,000 bars from 2017-04-19T09:00:00Z to 2018-02-07T15:00:00Z'],
    ['GOOG', '1d', '2,148 bars from 2004-08-19 to 2013-03-01'],
  ])('%s %s are valid', async (symbol, timeframe, description) => {
    expect(describeBars(await readBars({ dataDir: REAL_BARS, symbol, timeframe }))).toBe(description);
  });
});
