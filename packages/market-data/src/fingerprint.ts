import { createHash } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { type BarsFingerprint } from '@ktrdr/contracts';
import { SharedReads } from '@ktrdr/files';
import { type BarsName, openBarsFile } from './bars-access.js';
import { barsFile } from './bars-file.js';

const CHUNK_BYTES = 1 << 18;
const LINE_END = 0x0a;
/** Number of files whose facts are kept. */
const MOST_KEPT = 1_000;

/** What the bytes of a bars file tell without reading its bars. */
export interface BarsFileFacts {
  /** SHA-256 of its bytes, as a hex string. */
  sha256: string;
  bytes: number;
  /** Number of lines: one for each bar, and a few more. */
  lines: number;
}

/** Facts by path, with the identity of the file that they were read from. */
const kept = new Map<string, { identity: string; facts: BarsFileFacts }>();
/** Many trainings that start together ask for the same file. */
const identities = new SharedReads(readIdentity);

/**
 * SHA-256 of a bars file, as a hex string. Equal fingerprints mean that two machines use the same bars. Throws `invalid_name`,
 * `bars_not_found`.
 */
export async function fingerprintBars(
  dataDir: string,
  symbol: string,
  timeframe: string,
): Promise<BarsFingerprint> {
  const { sha256 } = await barsFileFacts({ dataDir, symbol, timeframe });
  return { symbol, timeframe, sha256 };
}

/**
 * Streams a bars file. The facts are kept while the file has the same inode, size and times, so that many trainings on the same bars
 * read it once. Throws `invalid_name`, `bars_not_found`, `bars_invalid`.
 */
export async function barsFileFacts(name: BarsName): Promise<BarsFileFacts> {
  const path = barsFile(name.dataDir, name.symbol, name.timeframe);
  const known = kept.get(path);
  if (known !== undefined && known.identity === (await identities.get(path))) return known.facts;
  const before = await identities.get(path);
  const facts = await readFacts(name);
  // a file that changed while it was read is read again next time
  if (before === null || before !== (await identities.get(path))) return facts;
  kept.delete(path);
  kept.set(path, { identity: before, facts });
  const [oldest] = kept.keys();
  if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
  return facts;
}

/** Changes when the file is written, replaced or moved; `null` if there is none. */
async function readIdentity(path: string): Promise<string | null> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await lstat(path, { bigint: true });
    return `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`;
  } catch {
    // reading the file explains what is wrong
    return null;
  }
}

async function readFacts(name: BarsName): Promise<BarsFileFacts> {
  const file = await openBarsFile(name);
  try {
    const hash = createHash('sha256');
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    let [bytes, lines] = [0, 0];
    for (;;) {
      const bytesRead = await file.readNext(chunk, 0, CHUNK_BYTES);
      if (bytesRead === 0) return { sha256: hash.digest('hex'), bytes, lines };
      const read = chunk.subarray(0, bytesRead);
      hash.update(read);
      bytes += bytesRead;
      for (let at = read.indexOf(LINE_END); at !== -1; at = read.indexOf(LINE_END, at + 1)) lines += 1;
    }
  } finally {
    await file.close();
  }
}
