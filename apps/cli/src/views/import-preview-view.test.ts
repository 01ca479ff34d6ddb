import { expect, test } from '@jest/globals';
import type { ImportPreview, PreviewBar } from '@ktrdr/contracts';
import { createStyle } from '../style.js';
import { importPreviewView } from './import-preview-view.js';

function preview(bars: PreviewBar[], first: string, last: string): ImportPreview {
  return {
    file: 'a.csv',
    bytes: 100,
    sha256: '',
    format: 'CSV, separated by ","',
    columns: {},
    ignored_columns: [],
    date_format: 'YYYY-MM-DD',
    timezone: null,
    stamps: 'open',
    bars: [{ symbol: 'A', timeframe: '1h', rows: bars.length, first, last, preview: bars }],
    left_out_rows: 0,
    left_out: [],
    notes: [],
    questions: [],
  };
}

test('prices of all columns have the same number of decimals', () => {
  const bars = [
    { time: '2024-01-02', open: 1.07, high: 1.07046, low: 1, close: 1.0701, volume: 12 },
    { time: '2024-01-03', open: 1.0712, high: 1.2, low: 1.06, close: 1.07, volume: 0.5 },
  ];
  const text = importPreviewView(preview(bars, '2024-01-02', '2024-01-03'), {
    columns: 100,
    style: createStyle(false),
  });
  expect(text).toContain('  2024-01-02  1.07000  1.07046  1.00000  1.07010    12.0');
  expect(text).toContain('  2024-01-03  1.07120  1.20000  1.06000  1.07000     0.5');
  expect(text).toContain('range       2024-01-02 to 2024-01-03\n');
});

test.each([
  ['2024-01-02T00:00:00Z', '2024-01-03T23:00:00Z', '2024-01-02 00:00 to 2024-01-03 23:00 UTC'],
  // local times, while the zone is unknown
  ['2024-01-02 00:00', '2024-01-03 23:00', '2024-01-02 00:00 to 2024-01-03 23:00'],
])('the range from %s to %s has the time of day at both ends', (first, last, shown) => {
  const bar = { time: first, open: 1, high: 1, low: 1, close: 1, volume: 1 };
  expect(
    importPreviewView(preview([bar], first, last), { columns: 100, style: createStyle(false) }),
  ).toContain(`range       ${shown}\n`);
});

test('while day and month are open, it shows neither a format nor a range, which would be guesses', () => {
  const bar = { time: '2024-02-01', open: 1, high: 1, low: 1, close: 1, volume: 1 };
  const question = { choice: 'date_format' as const, message: '', answers: [], suggestion: null };
  const open = { ...preview([bar], '2024-02-01', '2024-02-01'), questions: [question] };
  const text = importPreviewView(open, { columns: 100, style: createStyle(false) });
  expect(text).toContain('times       date format unknown');
  expect(text).not.toContain('range');
});

test('of several symbols, the shown bars say whose they are', () => {
  const bar = { time: '2024-01-02', open: 1, high: 1, low: 1, close: 1, volume: 1 };
  const one = preview([bar], '2024-01-02', '2024-01-02');
  const both = { ...one, bars: [one.bars[0]!, { ...one.bars[0]!, symbol: 'B' }] };
  const terminal = { columns: 100, style: createStyle(false) };
  expect(importPreviewView(both, terminal)).toContain('\n  bars of A\n  time  ');
  expect(importPreviewView(one, terminal)).not.toContain('bars of');
});
