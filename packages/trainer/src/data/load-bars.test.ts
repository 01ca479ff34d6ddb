import { createHash } from 'node:crypto';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { barsFile } from '@ktrdr/market-data';
import { parseStrategy } from '@ktrdr/strategy';
import { loadBars, reportBars } from './load-bars.js';
import { strategyText } from '../../test/fixtures/training.js';

/** Bars that all close at one price; more than one chunk of them. */
function barsOf(price: number): string {
  const rows = Array.from({ length: 8_000 }, (_, hour) => {
    const time = new Date(Date.UTC(2020, 0, 1, hour)).toISOString();
    return `${time},${price},${price},${price},${price},1`;
  });
  return ['timestamp,open,high,low,close,volume', ...rows].join('\n');
}

test('every file has a data report, whatever characters its symbol has', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'ktrdr-load-bars-'));
  const { strategy } = parseStrategy(strategyText({ symbols: ['BTC/USDT', '^GSPC'] }), {
    file: 'small.yaml',
  });
  for (const symbol of strategy.symbols) await writeFile(barsFile(dataDir, symbol, '1h'), barsOf(100));
  const loaded = await loadBars(strategy, { dataDir }, [], async () => {});
  expect(loaded.symbols.map(({ symbol }) => symbol)).toEqual(['BTC/USDT', '^GSPC']);
  const { reports } = await reportBars(loaded, async () => {});
  expect(reports.map(({ file, findings: [first] }) => [file, first?.kind])).toEqual([
    ['BTC%2FUSDT_1h.csv', 'no_movement'],
    ['%5EGSPC_1h.csv', 'no_movement'],
  ]);
  await rm(dataDir, { recursive: true });
});

test('a fingerprint belongs to the bars that were read, also while their file is being replaced', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'ktrdr-load-bars-'));
  const { strategy } = parseStrategy(strategyText({ symbols: ['AAA'] }), { file: 'small.yaml' });
  const contents = new Map([100, 200].map((price) => [price, barsOf(price)]));
  const replace = async (price: number): Promise<void> => {
    await writeFile(join(dataDir, 'new'), contents.get(price)!);
    await rename(join(dataDir, 'new'), join(dataDir, 'AAA_1h.csv'));
  };
  await replace(100);
  let replacing = true;
  const replacer = (async () => {
    for (let count = 0; replacing; count += 1) await replace(count % 2 === 0 ? 200 : 100);
  })();
  try {
    for (let load = 0; load < 40; load += 1) {
      const { symbols, fingerprints } = await loadBars(strategy, { dataDir }, [], async () => {});
      const price = symbols[0]!.bars.get('1h')!.close[0]!;
      const sha256 = createHash('sha256').update(contents.get(price)!).digest('hex');
      expect(fingerprints).toEqual([{ symbol: 'AAA', timeframe: '1h', sha256 }]);
    }
  } finally {
    replacing = false;
    await replacer;
    await rm(dataDir, { recursive: true });
  }
});
