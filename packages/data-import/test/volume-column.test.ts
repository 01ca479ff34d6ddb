import { describe, expect, test } from '@jest/globals';
import { withAnswer } from '@ktrdr/contracts';
import { understand } from './understand-file.js';

/** A close that moves by up to 2 %. */
const closeOf = (row: number): number => 100 + ((row * 37) % 11) / 2;
const dayOf = (row: number): string => new Date(Date.UTC(2024, 0, 1 + row)).toISOString().slice(0, 10);

/** A daily file without a header: time, prices, and what follows them. */
function file(rows: number, rest: (close: number, row: number) => (number | string)[]): string {
  const line = (row: number): string => {
    const close = closeOf(row);
    return [dayOf(row), close - 0.5, close + 1, close - 1, close, ...rest(close, row)].join(',');
  };
  return Array.from({ length: rows }, (_, row) => line(row)).join('\n');
}

const volumeOf = (row: number): number => 120_000 + ((row * 7919) % 60_000);
const adjusted = (close: number): string => (close * 0.47).toFixed(4);

test.each<[string, string, string[]]>([
  [
    'adjusted close, volume, dividends, splits',
    file(30, (c, n) => [adjusted(c), volumeOf(n), 0, 1]),
    ['volume=7', 'volume=6'],
  ],
  [
    'settlement price, volume, open interest',
    file(30, (c, n) => [c + 0.1, volumeOf(n), 51_000 + n]),
    ['volume=7', 'volume=6'],
  ],
  ['average, volume, count', file(30, (c, n) => [c + 0.2, volumeOf(n), 900 + n]), ['volume=7', 'volume=6']],
  [
    'previous close, change, volume',
    file(30, (_, n) => [closeOf(n - 1 + 11), n % 2 ? -1.5 : 1.5, volumeOf(n)]),
    ['volume=8', 'volume=6'],
  ],
  ['adjusted close alone', file(30, (c) => [adjusted(c)]), ['adjusted_close=6', 'volume=6']],
  ['a new day: adjusted close, volume', file(1, (c) => [c * 0.99, 120_000]), ['volume=7', 'volume=6']],
])('%s: asks, and each answer ends the question', async (_, text, answers) => {
  const choices = { timeframe: '1d' as const };
  expect((await understand(text, choices)).answers).toEqual(answers);
  for (const answer of answers)
    expect((await understand(text, withAnswer(choices, 'columns', answer))).asks).toEqual([]);
  const { bars } = await understand(text, withAnswer(choices, 'columns', answers[0]!));
  const volume = answers[0]!.startsWith('adjusted') ? 0 : expect.any(Number);
  expect(Number(/ (\S+)\]$/.exec(bars[0]!)?.[1])).toEqual(volume);
});

test('symbols that take turns are compared with themselves', async () => {
  const line = (symbol: string, row: number, factor: number, adjustment: number): string => {
    const close = closeOf(row) * factor;
    const prices = [close - 0.5, close + 1, close - 1, close].map((price) => price.toFixed(4));
    return [symbol, dayOf(row), ...prices, (close * adjustment).toFixed(4), volumeOf(row)].join(',');
  };
  const text = Array.from({ length: 20 }, (_, n) => [line('AAPL', n, 1, 0.5), line('MSFT', n, 3, 0.3)])
    .flat()
    .join('\n');
  const columns = { symbol: '1', time: '2' };
  expect((await understand(text, { columns })).answers).toEqual(['volume=8', 'volume=7']);
});

describe('no question', () => {
  test.each<[string, string, number]>([
    ['volume, open interest', file(30, (_, n) => [volumeOf(n), 51_000 + n]), 6],
    ['a nearly constant volume', file(30, (_, n) => [n % 9 ? 1_000 : 2_000, 5]), 6],
    ['no volume, spread', file(30, () => [0, 12]), 6],
    ['change, volume', file(30, (_, n) => [n % 2 ? -3.07 : 2.5, volumeOf(n)]), 7],
  ])('%s', async (_, text, column) => {
    expect(await understand(text)).toMatchObject({
      asks: [],
      notes: expect.stringContaining(`column ${column} is the volume`),
    });
  });
});

test('the answer to the order of the prices keeps the volume', async () => {
  const text = Array.from({ length: 30 }, (_, n) =>
    [dayOf(n), 100 + n, 101 + n, 101.5 + n, 99.5 + n, volumeOf(n)].join(','),
  ).join('\n');
  const [answer] = (await understand(text)).answers;
  const { asks, bars } = await understand(text, withAnswer({}, 'columns', answer!));
  expect(asks).toEqual([]);
  expect(bars[0]).toContain(` ${volumeOf(29)}]`);
});
