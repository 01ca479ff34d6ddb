import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { KtrdrError } from '@ktrdr/contracts';
import { requirePositivePrices } from './positive-prices.js';
import { readBars } from './read-bars.js';
import { reportData } from './report/data-reports.js';
import { selectRange } from './select-range.js';

/** Oil in April 2020, with a comment and blank lines. */
const OIL = `# the May contract
timestamp,open,high,low,close,volume
2020-04-16,19.9,20.3,19.2,19.87,100

2020-04-17,19.6,20.1,17.3,18.27,100

2020-04-20,17.7,17.9,-40.3,-37.63,100
2020-04-21,-14,14,-16.7,10.01,100

2020-04-22,11.2,16.2,6.5,13.78,100
`;

test('prices below 0 are read, reported, and refused with their line where a ratio is needed', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'ktrdr-positive-'));
  await writeFile(join(dataDir, 'CL_1d.csv'), OIL);
  const bars = await readBars({ dataDir, symbol: 'CL', timeframe: '1d' });
  await rm(dataDir, { recursive: true });
  expect([...bars.close]).toEqual([19.87, 18.27, -37.63, 10.01, 13.78]);
  const [report] = reportData([bars]);
  expect(report!.findings).toMatchObject([
    { kind: 'prices_not_positive', severity: 'warning', bars: 2, first: '2020-04-20', last: '2020-04-21' },
  ]);
  expect(report!.findings[0]!.message).toContain('down to -40.3 around 2020-04-20');

  const refusal = (from: string, to: string): string | null => {
    try {
      requirePositivePrices(bars, Date.parse(from), Date.parse(to), {
        why: 'roc is a ratio of prices',
        alternative: 'an indicator',
      });
      return null;
    } catch (error) {
      expect(error).toMatchObject({ code: 'bars_invalid', details: { file: 'CL_1d.csv' } });
      return (error as KtrdrError).message;
    }
  };
  expect(refusal('2020-01-01', '2020-04-19')).toBe(null);
  expect(refusal('2020-04-22', '2021-01-01')).toBe(null);
  expect(refusal('2020-01-01', '2020-04-20')).toContain(
    'CL_1d.csv:7: low -40.3 (2020-04-20) must be above 0, because roc is a ratio of prices. Choose dates without such prices, or an indicator that needs no ratio (docs/data.md).',
  );
  expect(refusal('2020-04-21', '2021-01-01')).toContain('CL_1d.csv:8: open -14 (2020-04-21) must be above 0');
  expect(selectRange(bars, { history: 0, start: Date.parse('2020-04-17') }).bars.lineBlocks).toBeUndefined();
});

test('a price of 0 is not above 0', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'ktrdr-positive-'));
  await writeFile(
    join(dataDir, 'Z_1d.csv'),
    'timestamp,open,high,low,close,volume\n2024-01-02,1,2,0,1.5,9\n',
  );
  const bars = await readBars({ dataDir, symbol: 'Z', timeframe: '1d' });
  await rm(dataDir, { recursive: true });
  expect(() =>
    requirePositivePrices(bars, -Infinity, Infinity, { why: 'it is so', alternative: null }),
  ).toThrow('because it is so. Choose dates without such prices (docs/data.md).');
  expect(reportData([bars])[0]!.findings[0]!.kind).toBe('prices_not_positive');
});
