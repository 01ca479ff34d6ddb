import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { tradesCsv } from '@ktrdr/backtest';
import type { Trade } from '@ktrdr/contracts';
import { writeTrades } from './write-trades.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ktrdr-trades-'));
});
afterEach(() => rm(directory, { recursive: true }));

const read = (name: string): Promise<string> => readFile(join(directory, name), 'utf8');

function trade(number: number): Trade {
  return {
    symbol: 'AAPL',
    direction: number % 2 === 0 ? 'long' : 'short',
    entry_time: '2024-01-02T14:00:00Z',
    entry_price: 100 + number / 3,
    exit_time: '2024-01-02T15:00:00Z',
    exit_price: 101,
    exit_reason: 'signal',
    quantity: 1 / (number + 1),
    costs: 0.1,
    profit: 1 - number / 7,
    return: 1e-9 * number,
    bars: 1,
  };
}

test.each([0, 1, 10_000, 25_001])('%d trades are the same in both files', async (count) => {
  const trades = Array.from({ length: count }, (_, number) => trade(number));
  await writeTrades(directory, trades);
  expect((await read('trades.csv')) === tradesCsv(trades)).toBe(true);
  const text = await read('trades.json');
  expect(JSON.stringify(JSON.parse(text)) === JSON.stringify(trades)).toBe(true);
  // one trade a line
  expect(text.split('\n').filter((line) => line.startsWith('{'))).toHaveLength(count);
});

test('a folder that already has trades is refused', async () => {
  await writeFile(join(directory, 'trades.csv'), 'mine');
  await expect(writeTrades(directory, [trade(1)])).rejects.toMatchObject({
    code: 'storage_failed',
    message: expect.stringContaining('STATE_DIR'),
  });
  expect(await read('trades.csv')).toBe('mine');
});
