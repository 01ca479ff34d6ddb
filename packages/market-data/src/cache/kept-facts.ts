import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { type FileIdentity, orWithoutCache, withOutsideFile, writeWhole } from '@ktrdr/files';
import { cacheFolder } from './cached-bars.js';

/** Facts of bars files, in a file for each device and inode: `{version} {sha256} {bytes} {bars} {checksum}`. */
const FOLDER = 'known';
const MOST_BYTES = 1_000;
const LINE =
  /^(?<fact>(?<version>[-0-9]+) (?<sha256>[0-9a-f]{64}) (?<bytes>\d+) (?<bars>\d+)) (?<checksum>[0-9a-f]+)\n$/;

/** What the bytes of a bars file tell without reading its bars. */
export interface BarsFileFacts {
  /** SHA-256 of its bytes, as a hex string. */
  sha256: string;
  bytes: number;
  /** Number of bars, if each line after the header has one. */
  bars: number;
}

/** The facts that any process has kept of a file in this state; `null` if there are none. */
export async function keptFacts(
  stateDir: string,
  { place, version }: FileIdentity,
): Promise<BarsFileFacts | null> {
  const folder = join(cacheFolder(stateDir), FOLDER);
  return orWithoutCache(folder, null, async () => {
    const text = await withOutsideFile(folder, place, { maxBytes: MOST_BYTES }, async (file) =>
      (await file.content()).toString('latin1'),
    );
    const groups = LINE.exec(text)?.groups;
    if (groups === undefined || groups['version'] !== version) return null;
    if (groups['checksum'] !== checksumOf(groups['fact']!)) return null;
    return { sha256: groups['sha256']!, bytes: Number(groups['bytes']), bars: Number(groups['bars']) };
  });
}

/** Keeps the facts of a file for all processes. */
export async function keepFacts(
  stateDir: string,
  { place, version }: FileIdentity,
  { sha256, bytes, bars }: BarsFileFacts,
): Promise<void> {
  const folder = join(cacheFolder(stateDir), FOLDER);
  const fact = `${version} ${sha256} ${bytes} ${bars}`;
  await orWithoutCache(folder, undefined, () =>
    writeWhole(folder, place, (file) => file.appendFile(`${fact} ${checksumOf(fact)}\n`)),
  );
}

function checksumOf(text: string): string {
  return crc32(text).toString(16);
}
