import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { barsFile } from '@ktrdr/market-data';
import { median, type ReportRow } from '../report.js';

const ROWS = 10_000_000;
const BLOCK = 10_000;
const MINUTE_MS = 60_000;
/** A younger file is not taken for unchanged (ms). */
const SETTLED_MS = 2_500;

/** Lines in a data vendor's format, 60 bytes each. */
function* blocks(): Generator<string> {
  yield 'timestamp,open,high,low,close,volume\n';
  const first = Date.UTC(2000, 0, 1);
  let price = 100;
  for (let block = 0; block < ROWS / BLOCK; block += 1) {
    let text = '';
    for (let row = block * BLOCK; row < (block + 1) * BLOCK; row += 1) {
      const open = price;
      price = Math.max(1, price + (((row * 7919) % 2001) - 1000) / 5000);
      const time = new Date(first + row * MINUTE_MS).toISOString().slice(0, 19);
      const [high, low] = [Math.max(open, price) + 0.01, Math.min(open, price) - 0.01];
      text += `${time}Z,${open.toFixed(4)},${high.toFixed(4)},${low.toFixed(4)},${price.toFixed(4)},${(row * 31) % 100_000}\n`;
    }
    yield text;
  }
}

/** Reads 10,000,000 bars that no process has read before, then again in other processes. */
export async function readLargeFile(root: string): Promise<ReportRow[]> {
  const [dataDir, stateDir] = [root, join(root, 'state')];
  console.log('writing 10,000,000 one-minute bars ...');
  await pipeline(Readable.from(blocks()), createWriteStream(barsFile(dataDir, 'LARGE', '1m')));
  await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
  const rows: ReportRow[] = [];
  for (const [name, reads] of [
    ['first read', 1],
    ['second read, another process', 1],
    ['five reads from the cache', 5],
  ] as const) {
    const { took, bytes } = await readInProcess(dataDir, stateDir, reads);
    rows.push({
      case: name,
      'best ms': Math.round(Math.min(...took)),
      'median ms': Math.round(median(took)),
      'bytes of memory per bar': reads === 1 ? Math.round((10 * bytes) / ROWS) / 10 : null,
    });
    console.log(`${name}: ${took.map((ms) => Math.round(ms)).join(', ')} ms`);
  }
  return rows;
}

async function readInProcess(
  dataDir: string,
  stateDir: string,
  reads: number,
): Promise<{ took: number[]; rows: number; bytes: number }> {
  const program = join(import.meta.dirname, 'read-in-process.js');
  const args = ['--expose-gc', program, dataDir, stateDir, String(reads)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const result = JSON.parse(stdout) as { took: number[]; rows: number; bytes: number };
  if (result.rows !== ROWS) throw new Error(`${result.rows} bars were read instead of ${ROWS}.`);
  return result;
}
