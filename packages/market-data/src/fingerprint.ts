import { createHash } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { type BarsFingerprint, type Clock, systemClock } from '@ktrdr/contracts';
import { fileIdentity, type OutsideFile, SharedReads } from '@ktrdr/files';
import { type BarsName, openBarsFile } from './bars-access.js';
import { barsFile } from './bars-file.js';
import { type BarsFileFacts, keepFacts, keptFacts } from './cache/kept-facts.js';

const LINE_END = 0x0a;
/** First bytes of lines without values: blank lines and comments. */
const NO_VALUES: ReadonlySet<number | undefined> = new Set([LINE_END, 0x0d, 0x23]);
/** Number of files whose facts are kept in memory. */
const MOST_KEPT = 1_000;
/**
 * A file that has changed this recently can change again without a new time: file systems count in steps of up to 2 s. Its facts are
 * not kept (ms).
 */
const RACY_MS = 2_000;

/** Facts by version of the file that they were read from. */
const kept = new Map<string, BarsFileFacts>();
/** The same facts by SHA-256. */
const keptByHash = new Map<string, BarsFileFacts>();
/** Many trainings that start together ask for the same file. */
const reads = new SharedReads<BarsFileFacts>();

/**
 * SHA-256 of a bars file, as a hex string. Equal fingerprints mean that two machines use the same bars. Throws `invalid_name`,
 * `bars_not_found`.
 */
export async function fingerprintBars(name: BarsName): Promise<BarsFingerprint> {
  const { sha256 } = await barsFileFacts(name);
  return { symbol: name.symbol, timeframe: name.timeframe, sha256 };
}

/**
 * The facts of a bars file. They are kept while the file has the same inode, size and times, so that many trainings on the same bars
 * read it once; with a `stateDir`, other processes find them too. Throws `invalid_name`, `bars_not_found`, `bars_invalid`.
 */
export function barsFileFacts(
  name: BarsName,
  clock: Pick<Clock, 'now'> = systemClock,
): Promise<BarsFileFacts> {
  const key = [name.dataDir, name.stateDir, name.symbol, name.timeframe].join('\0');
  return reads.get(key, () => lookUp(name, clock));
}

async function lookUp(name: BarsName, clock: Pick<Clock, 'now'>): Promise<BarsFileFacts> {
  const version = await readVersion(barsFile(name.dataDir, name.symbol, name.timeframe));
  const known = version === null ? undefined : kept.get(version);
  if (known !== undefined) return known;
  const file = await openBarsFile(name);
  try {
    return await factsOf(file, name.stateDir, clock);
  } finally {
    await file.close();
  }
}

/** The facts of the bars with this fingerprint, from any file, if this process knows them. */
export function factsOfFingerprint(sha256: string): BarsFileFacts | undefined {
  return keptByHash.get(sha256);
}

/** The facts of an open bars file; see {@link barsFileFacts}. */
export async function factsOf(
  file: OutsideFile,
  stateDir: string | undefined,
  clock: Pick<Clock, 'now'>,
): Promise<BarsFileFacts> {
  const now = clock.now();
  const before = await file.identity();
  const known =
    kept.get(before.version) ?? (stateDir === undefined ? null : await keptFacts(stateDir, before));
  if (known !== null) {
    remember(before.version, known);
    return known;
  }
  const facts = await readFacts(file);
  const after = await file.identity();
  if (before.version !== after.version || now - before.changedAt <= RACY_MS) return facts;
  remember(before.version, facts);
  if (stateDir !== undefined) await keepFacts(stateDir, before, facts);
  return facts;
}

function remember(version: string, facts: BarsFileFacts): void {
  keep(kept, version, facts);
  keep(keptByHash, facts.sha256, facts);
}

/** Keeps the newest facts. */
function keep(all: Map<string, BarsFileFacts>, key: string, facts: BarsFileFacts): void {
  all.delete(key);
  all.set(key, facts);
  const [oldest] = all.keys();
  if (all.size > MOST_KEPT && oldest !== undefined) all.delete(oldest);
}

/** `null` if there is no file; reading it explains what is wrong. */
async function readVersion(path: string): Promise<string | null> {
  return lstat(path, { bigint: true }).then(
    (stats) => fileIdentity(stats).version,
    () => null,
  );
}

async function readFacts(file: OutsideFile): Promise<BarsFileFacts> {
  const hash = createHash('sha256');
  let lines = 0;
  let beginsLine = true;
  for await (const piece of file.pieces()) {
    hash.update(piece);
    for (let at = beginsLine ? 0 : nextLine(piece, 0); at < piece.length; at = nextLine(piece, at))
      if (!NO_VALUES.has(piece[at])) lines += 1;
    if (piece.length > 0) beginsLine = piece.at(-1) === LINE_END;
  }
  const header = 1;
  return { sha256: hash.digest('hex'), bytes: file.size, bars: Math.max(0, lines - header) };
}

/** Start of the line after the one at `from`; `Infinity` if it is not in this piece. */
function nextLine(piece: Uint8Array, from: number): number {
  const end = piece.indexOf(LINE_END, from);
  return end === -1 ? Infinity : end + 1;
}
