import { expect, test } from '@jest/globals';
import type { BarsDetails, BarsInfo, BarsOrigin } from '@ktrdr/contracts';
import { createStyle } from '../style.js';
import { barsListView, barsView } from './bars-view.js';

const screen = { columns: 80, unicode: true, style: createStyle(false), now: 0 };

function info(from: string, changed = false): BarsInfo {
  return {
    symbol: 'EURUSD',
    timeframe: '15m',
    file: 'EURUSD_15m.csv',
    bytes: 1_400_000,
    sha256: 'ab'.repeat(32),
    rows: 24_952,
    first: '2023-01-02T00:00:00Z',
    last: '2023-12-29T21:45:00Z',
    problem: null,
    origins: [{ kind: 'import', from, sha256: null, profile: null, at: '2024-01-01T00:00:00Z', rows: 1 }],
    changed_since: changed,
  };
}

test.each([80, 100, 120])(
  'in %i columns each file has one line, and long names lose their middle',
  (columns) => {
    const long = `EURUSD_M15_${'2'.repeat(60)}_202312292345.csv`;
    const text = barsListView([info(long, true), info('short.csv'), info(long)], { ...screen, columns });
    const lines = text.split('\n');
    expect(lines).toHaveLength(4);
    for (const line of lines) expect(line.length).toBeLessThan(columns);
    expect(lines[1]).toMatch(/EURUSD.*…\S*\.csv {2}changed$/);
    expect(lines[2]).toMatch(/ short\.csv$/);
  },
);

test('a long symbol leaves room for the mark of a changed file', () => {
  const one = { ...info('Binance_BTCUSDT_1h.csv', true), symbol: 'SAP_Kurse_neu' };
  const lines = barsListView([one], screen).split('\n');
  expect(lines[1]).toMatch(/ Bin\S*csv {2}changed$/);
  expect(lines[1]!.length).toBeLessThan(80);
});

test('without a terminal names stay whole', () => {
  const long = `${'x'.repeat(300)}.csv`;
  expect(barsListView([info(long)], { ...screen, columns: Number.POSITIVE_INFINITY })).toContain(long);
});

const origin: BarsOrigin = {
  kind: 'import',
  from: 'prices.csv',
  sha256: null,
  profile: null,
  adjust: 'ratio',
  timezone: 'America/New_York',
  at: '2024-01-05T00:00:00Z',
  rows: 24_952,
};

test('a list says in which zone its times are, and how the newest import was read', () => {
  const wide = { ...screen, columns: Number.POSITIVE_INFINITY };
  const lines = barsListView([{ ...info(''), origins: [origin] }, info('other.csv')], wide).split('\n');
  expect(lines[0]).toMatch(/first \(UTC\) +last \(UTC\) .* read as$/);
  expect(lines[1]).toMatch(/prices\.csv +all prices adjusted, times in America\/New_York$/);
  expect(lines[2]).toMatch(/other\.csv +-$/);
  // no column where there is nothing to say
  expect(barsListView([info('other.csv')], wide)).not.toContain('read as');
});

test('one bars file says the zone of its times, and how each import was read', () => {
  const details: BarsDetails = {
    info: { ...info(''), origins: [origin, { ...origin, adjust: 'none', timezone: null }] },
    report: { file: '', symbol: '', timeframe: '15m', bars: 0, start: null, end: null, findings: [] },
    chart: [],
    models: [],
  };
  const text = barsView(details, screen);
  expect(text).toMatch(/^EURUSD 15m {3}24,952 bars, 2023-01-02 00:00 to 2023-12-29 21:45 UTC\n/);
  expect(text).toContain(
    'from          2024-01-05 00:00 UTC   import of prices.csv, 24,952 bars; all prices adjusted, times in America/New_York\n' +
      '                2024-01-05 00:00 UTC   import of prices.csv, 24,952 bars\n',
  );
});
