import { describe, expect, test } from '@jest/globals';
import { refusal, understand } from './understand-file.js';

const ROWS = ['2024-01-02,1,2,0.5,1.5,10', '2024-01-03,1.5,2.5,1,2,20'];
const text = (header: string, more = ''): string =>
  [header, ...ROWS.map((row) => `${row}${more}`)].join('\n');

describe('columns that are not prices are not read as prices', () => {
  test.each([
    'Date,Open %,High %,Low %,Close %,Volume',
    'Date,Open (%),High (%),Low (%),Close (%),Volume',
    'Date,Open chg,High chg,Low chg,Close chg,Volume',
    'Date,Change (open),Change (high),Change (low),Change (close),Volume',
    'date,open_return,high_return,low_return,close_return,volume',
    'date,openPct,highPct,lowPct,closePct,volume',
    'date,openDiff,highDiff,lowDiff,closeDiff,volume',
    'date,open_norm,high_norm,low_norm,close_norm,volume',
    'date,log_open,log_high,log_low,log_close,volume',
    'date,prev_open,prev_high,prev_low,prev_close,volume',
    'Date,Open,High,Low,Close %,Volume',
    'Date,Open,High,Low,Close chg,Volume',
    'Date,Open,High,Low,Change (close),Volume',
    'Date,Open,High,Low,Schluss %,Volume',
  ])('%s', async (header) => {
    const [error, asked] = await Promise.all([
      understand(text(header)).then(
        () => null,
        (thrown: Error) => thrown,
      ),
      understand(text(header)).then(
        ({ asks }) => asks,
        () => [],
      ),
    ]);
    if (error === null) expect(asked).toEqual([expect.stringContaining('columns: Columns')]);
    else expect(error.message).toContain('no column');
  });

  test('beside prices they are ignored', async () => {
    const header = 'Date,Open,High,Low,Close,Volume,Open %,Close chg,Change (close),Close Change,Volume %';
    expect(await understand(text(header, ',7,8,9,10,11'))).toMatchObject({
      asks: [],
      bars: ['AAPL 1d 2024-01-02..2024-01-03 [1.5 2.5 1 2 20]'],
    });
  });

  test('prices in different currencies are refused', async () => {
    expect(await refusal(text('Date,Open (USD),High (USD),Low (USD),Close (EUR),Volume'))).toMatchObject({
      message:
        'AAPL.csv: Open (USD) and Close (EUR) are in different currencies: name the columns of one (--columns open=NAME,...)',
    });
    expect(await understand(text('Date,Open (USD),High (USD),Low (USD),Close (USD),Volume'))).toMatchObject({
      asks: [],
    });
  });
});
