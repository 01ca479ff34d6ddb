import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { SYMBOL_PATTERN, TIMEFRAMES } from '@ktrdr/contracts';
import { propertyRuns } from '@ktrdr/contracts/testing';
import { fileNameProblem } from '@ktrdr/files';
import fc from 'fast-check';
import { barsFile, barsFileName, parseBarsFileName } from './bars-file.js';
import { fingerprintBars } from './fingerprint.js';
import { listBars } from './list-bars.js';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'bars-'));
});
afterEach(async () => {
  await rm(dataDir, { recursive: true });
});

test('bars files are listed by symbol, then from fine to coarse; other files are ignored', async () => {
  const names = ['MSFT_1d.csv', 'AAPL_1d.csv', 'AAPL_5m.csv', 'BRK.B_X_1h.csv'];
  const others = ['.AAPL_1h.csv.1.tmp', 'notes.txt', 'AAPL.csv', 'AAPL_2h.csv', '_1h.csv', 'AAPL_1h.csv.bak'];
  for (const name of [...names, ...others]) await writeFile(join(dataDir, name), '');
  expect((await listBars(dataDir)).map(({ symbol, timeframe, file }) => [symbol, timeframe, file])).toEqual([
    ['AAPL', '5m', 'AAPL_5m.csv'],
    ['AAPL', '1d', 'AAPL_1d.csv'],
    ['BRK.B_X', '1h', 'BRK.B_X_1h.csv'],
    ['MSFT', '1d', 'MSFT_1d.csv'],
  ]);
  await expect(listBars(join(dataDir, 'missing'))).rejects.toMatchObject({ code: 'folder_missing' });
});

test('every symbol has its own file name, and the symbol can be read from the file name', () => {
  const characters = 'Aa1^=/:#&!@$+._-%'.split('');
  const symbol = fc.string({ unit: fc.constantFrom(...characters), minLength: 1, maxLength: 32 });
  const names = fc.tuple(symbol, fc.constantFrom(...TIMEFRAMES));
  fc.assert(
    fc.property(names, ([name, timeframe]) => {
      if (!SYMBOL_PATTERN.test(name)) {
        expect(() => barsFileName(name, timeframe)).toThrow('must be a symbol');
        // a file of that name belongs to another symbol, or to none
        expect(parseBarsFileName(`${name}_${timeframe}.csv`)?.symbol).not.toBe(name);
      } else {
        const file = barsFileName(name, timeframe);
        expect(fileNameProblem(file)).toBeNull();
        expect(parseBarsFileName(file)).toEqual({ symbol: name, timeframe });
      }
    }),
    { numRuns: 5 * propertyRuns() },
  );
});

test.each([
  ['^GSPC', '1d', '%5EGSPC_1d.csv'],
  ['EURUSD=X', '1h', 'EURUSD%3DX_1h.csv'],
  ['BTC/USDT', '1h', 'BTC%2FUSDT_1h.csv'],
  ['BRK.B', '1w', 'BRK.B_1w.csv'],
])('%s %s is in %s', (symbol, timeframe, file) => {
  expect(barsFileName(symbol, timeframe)).toBe(file);
});

test.each(['BTC%2fUSDT_1h.csv', '%41APL_1h.csv', 'BTC%2_1h.csv', 'A%20B_1h.csv', '.A_1h.csv', '^A_1h.csv'])(
  '%s is not a bars file',
  (file) => {
    expect(parseBarsFileName(file)).toBeUndefined();
  },
);

test('a symbol whose file would be a device on Windows is refused', () => {
  expect(() => barsFileName('CON.A', '1h')).toThrow('its file name is the name of a device on Windows');
});

test('a fingerprint is the SHA-256 of the file', async () => {
  const content = Buffer.alloc(700_000, 'bars');
  await writeFile(barsFile(dataDir, 'AAPL', '1h'), content);
  expect(await fingerprintBars({ dataDir, symbol: 'AAPL', timeframe: '1h' })).toEqual({
    symbol: 'AAPL',
    timeframe: '1h',
    sha256: createHash('sha256').update(content).digest('hex'),
  });
  await expect(fingerprintBars({ dataDir, symbol: 'AAPL', timeframe: '1d' })).rejects.toMatchObject({
    code: 'bars_not_found',
  });
  await expect(fingerprintBars({ dataDir, symbol: '../AAPL', timeframe: '1d' })).rejects.toMatchObject({
    code: 'invalid_name',
  });
});
