import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { IMPORT_QUESTIONS, type ImportChoices } from '@ktrdr/contracts';
import { previewImport, readImport, type ReadImport } from '@ktrdr/data-import';
import { READ_AT, randomFiles, zipOf } from '@ktrdr/data-import/testing';
import fc, { type Arbitrary } from 'fast-check';
import { checkRefusal } from '../refusal.js';
import type { Target } from '../target.js';
import { TEXTS } from '../traps.js';
import type { World } from '../world.js';

/** Longest time for a file of some kilobytes, ms. */
const MOST_MS = 5_000;
/** Memory that a file of some kilobytes may take, bytes. */
const MOST_BYTES = 400e6;
/** Packs to a few hundred kilobytes. */
const BOMB_BYTES = 100e6;

interface ImportCase {
  name: string;
  bytes: Buffer;
  choices: ImportChoices;
}

const PIECES = [
  ',',
  ';',
  '\t',
  '"',
  '""',
  '\n',
  '\r',
  '\r\n\r\n',
  '\0',
  '\ufeff',
  '9'.repeat(400),
  '-'.repeat(300),
  '1e999',
  '0x10',
  '1.234.567,89',
  '0000-00-00',
  '2024-02-30T25:61:61Z',
  '9999-12-31 23:59:59',
  '0001-01-01 00:00',
  '2019-11-03 01:30:00',
  '2019-03-10 02:30:00 America/New_York',
  '2024-01-02 09:30 +99:99',
  '2024-01-02 09:30 CST',
  '99999999999999999999',
  '-1704205800',
  '1.70421E+12',
  '45293.5',
  'Jan Feb Mar 2024',
  '31-Dec-',
  '2024年13月40日',
  '<DATE>\t<TIME>',
  'sep=|',
  'null',
  'Infinity',
  'Dividend',
  ...TEXTS,
];

interface Change {
  at: number;
  cut: number;
  piece: string;
  repeat: number;
}

const change: Arbitrary<Change> = fc.record({
  at: fc.nat(),
  cut: fc.constantFrom(0, 0, 1, 5, 40, 400),
  piece: fc.oneof(fc.constantFrom(...PIECES), fc.constant('')),
  repeat: fc.constantFrom(1, 1, 1, 3, 50),
});

function changed(bytes: Buffer, changes: readonly Change[]): Buffer {
  return changes.reduce((now, { at, cut, piece, repeat }) => {
    const start = at % (now.length + 1);
    // without a piece, a part of the file is there twice
    const put = piece === '' ? now.subarray(start, start + 60) : Buffer.from(piece);
    return Buffer.concat([
      now.subarray(0, start),
      ...Array.from({ length: repeat }, () => put),
      now.subarray(start + cut),
    ]);
  }, bytes);
}

const choices: Arbitrary<ImportChoices> = fc.record(
  {
    timezone: fc.constantFrom('UTC', 'America/New_York', '+05:30', 'Mars/Olympus', ...TEXTS),
    date_format: fc.constantFrom('DD/MM/YYYY', 'unix_ms', 'excel', 'YYYYMMDD HHmm', 'DDDD', '%', ...TEXTS),
    timeframe: fc.constantFrom('1m', '1h', '1d', '1w'),
    stamps: fc.constantFrom('open', 'close'),
    decimal: fc.constantFrom('.', ','),
    adjust: fc.constantFrom('none', 'close', 'ratio'),
    bad_rows: fc.constantFrom('refuse', 'drop'),
    symbol: fc.constantFrom('AAPL', 'BTC/USDT'),
    columns: fc.constantFrom(
      { time: '1' },
      { open: 'Open', close: '99' },
      { date: '1', time: '2' },
      { volume: '' },
    ),
  },
  { requiredKeys: [] },
);

function cases(): Arbitrary<ImportCase> {
  const none = fc.constant({});
  const some = fc.oneof({ weight: 2, arbitrary: none }, { weight: 1, arbitrary: choices });
  const changes = fc.array(change, { maxLength: 4 });
  const packing = fc.constantFrom('none', 'none', 'gz', 'zip');
  const files = fc
    .tuple(randomFiles, changes, packing, fc.array(change, { maxLength: 1 }), some)
    .map(([file, inside, packs, outside, chosen]): ImportCase => {
      if (file.name.endsWith('.zip'))
        return { name: file.name, bytes: changed(file.bytes, inside), choices: chosen };
      const text = changed(file.name.endsWith('.gz') ? gunzipSync(file.bytes) : file.bytes, inside);
      if (packs === 'none') return { name: 'bars.csv', bytes: text, choices: chosen };
      const packed = packs === 'gz' ? gzipSync(text) : zipOf({ 'bars.csv': text, 'more.csv': file.bytes });
      return { name: `bars.csv.${packs}`, bytes: changed(packed, outside), choices: chosen };
    });
  const bytes = fc
    .tuple(fc.uint8Array({ maxLength: 400 }), fc.constantFrom('bars.csv', 'bars.zip', 'a.gz', '.csv', 'x'))
    .map(([all, name]): ImportCase => ({ name, bytes: Buffer.from(all), choices: {} }));
  const bombs = fc.constantFrom('0', ',', '"', '\n', '1,').map((piece): ImportCase => {
    const unpacked = Buffer.alloc(BOMB_BYTES, piece);
    return { name: 'bomb.csv.gz', bytes: gzipSync(unpacked, { level: 9 }), choices: {} };
  });
  return fc.oneof(
    { weight: 200, arbitrary: files },
    { weight: 20, arbitrary: bytes },
    { weight: 1, arbitrary: bombs },
  );
}

/** Files of other programs, damaged in some way, through the reader of imports. */
export function imports(world: World): Promise<Target<ImportCase>> {
  const path = join(world.sandbox.dataDir, 'fuzz-import');
  return Promise.resolve({
    cases: cases(),
    check: async ({ name, bytes, choices: chosen }) => {
      await writeFile(path, bytes);
      const file = { path, name };
      const started = performance.now();
      const before = process.memoryUsage();
      const found = await readImport(file, chosen, { now: READ_AT }).catch((error: unknown) => {
        checkRefusal(error, ['import_invalid']);
        return null;
      });
      const after = process.memoryUsage();
      const took = performance.now() - started;
      if (took > MOST_MS) throw new Error(`reading took ${Math.round(took)} ms`);
      const grown = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
      if (grown > MOST_BYTES) throw new Error(`reading took ${Math.round(grown / 1e6)} MB`);
      if (found !== null) checkFound(found);
      // with bad rows, a preview is refused, and an import asks its other questions first
      const preview = await previewImport(file, chosen, { now: READ_AT }).catch((error: unknown) => {
        checkRefusal(error, ['import_invalid']);
        return null;
      });
      if (found !== null && preview !== null && JSON.stringify(preview) !== JSON.stringify(found.understood))
        throw new Error('the preview differs from what the import understood');
    },
  });
}

/** Bars are complete and in order of time, or there is an open question and no bars. */
function checkFound({ understood, bars }: ReadImport): void {
  const { questions } = understood;
  for (const { choice, message } of questions)
    if (!IMPORT_QUESTIONS.includes(choice) || message === '')
      throw new Error(`a question without a choice: ${choice}`);
  if (questions.some(({ choice }) => choice !== 'bad_rows') && bars.length > 0)
    throw new Error('there are bars although a question is open');
  for (const { symbol, length, time, open, high, low, close, volume } of bars) {
    if (symbol === '' || length === 0) throw new Error('a symbol without bars');
    for (let row = 0; row < length; row++) {
      const [at, prices] = [time[row]!, [open[row]!, high[row]!, low[row]!, close[row]!]];
      if (!Number.isFinite(at) || (row > 0 && at <= time[row - 1]!))
        throw new Error(`bar ${row} has the time ${at}`);
      if (!prices.every(Number.isFinite) || !(volume[row]! >= 0))
        throw new Error(`bar ${row} has bad values`);
    }
  }
}
