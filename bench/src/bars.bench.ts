/**
 * Reads 1,000,000 bars from a file into validated columns, and makes their data report. Measures rows per second and the longest
 * stall of the event loop. For comparison: reading the bytes of the file, and their SHA-256. Then reads 10,000,000 bars for the first
 * time, and from the cache.
 */
import { createWriteStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { barsFile, fingerprintBars, readBars, reportData } from '@ktrdr/market-data';
import { readLargeFile } from './bars/large-file.js';
import { median, report } from './report.js';

const ROWS = 1_000_000;
const ROUNDS = 5;
const CHUNK_BYTES = 1 << 18;
const MINUTE_MS = 60_000;

/** Lines in a data vendor's format, about sixty bytes each. */
function* lines(): Generator<string> {
  yield 'timestamp,open,high,low,close,volume\n';
  const first = Date.UTC(2020, 0, 1);
  let price = 100;
  for (let row = 0; row < ROWS; row++) {
    const open = price;
    price = Math.max(1, price + (((row * 7919) % 2001) - 1000) / 5000);
    const high = (Math.max(open, price) + 0.01).toFixed(4);
    const low = (Math.min(open, price) - 0.01).toFixed(4);
    const time = new Date(first + row * MINUTE_MS).toISOString().replace('.000', '');
    yield `${time},${open.toFixed(4)},${high},${low},${price.toFixed(4)},${(row * 31) % 100_000}\n`;
  }
}

async function readBytes(path: string): Promise<void> {
  const handle = await open(path, 'r');
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  try {
    while ((await handle.read(chunk, 0, CHUNK_BYTES)).bytesRead > 0);
  } finally {
    await handle.close();
  }
}

interface Measured {
  /** Best and median time over the rounds, ms. */
  best: number;
  median: number;
  /** Longest time between two turns of the event loop in a round, ms; median over the rounds. */
  longestStall: number;
}

async function measure(work: () => Promise<unknown>): Promise<Measured> {
  const rounds: { took: number; stall: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    globalThis.gc?.();
    let stall = 0;
    let last = performance.now();
    let turn = setImmediate(function look() {
      const now = performance.now();
      stall = Math.max(stall, now - last);
      last = now;
      turn = setImmediate(look);
    });
    const start = performance.now();
    await work();
    rounds.push({ took: performance.now() - start, stall });
    clearImmediate(turn);
  }
  const took = rounds.map((round) => round.took);
  return {
    best: Math.min(...took),
    median: median(took),
    longestStall: median(rounds.map(({ stall }) => stall)),
  };
}

const dataDir = await mkdtemp(join(tmpdir(), 'ktrdr-bench-'));
try {
  const path = barsFile(dataDir, 'BENCH', '1m');
  await pipeline(Readable.from(lines()), createWriteStream(path));
  const bars = await readBars({ dataDir, symbol: 'BENCH', timeframe: '1m' });
  const cases = {
    'bytes of the file': await measure(() => readBytes(path)),
    fingerprint: await measure(() => fingerprintBars({ dataDir, symbol: 'BENCH', timeframe: '1m' })),
    readBars: await measure(() => readBars({ dataDir, symbol: 'BENCH', timeframe: '1m' })),
    'data report': await measure(() => Promise.resolve(reportData([bars]))),
  };
  await report(
    'bars',
    Object.entries(cases).map(([name, { best, median: middle, longestStall }]) => ({
      case: name,
      'best ms': Math.round(best),
      'median ms': Math.round(middle),
      'rows/s': Math.round((ROWS * 1000) / middle),
      'longest stall ms': Math.round(longestStall),
      'of reading': `${((100 * middle) / cases.readBars.median).toFixed(1)} %`,
    })),
  );
  await report('bars-cache', await readLargeFile(dataDir));
} finally {
  await rm(dataDir, { recursive: true });
}
