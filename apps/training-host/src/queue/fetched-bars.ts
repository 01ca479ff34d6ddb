import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, link, mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { KtrdrError, type BarsFingerprint, type ErrorCode } from '@ktrdr/contracts';
import { barsFile, barsFileName, fingerprintBars } from '@ktrdr/market-data';
import type { Clock } from '@ktrdr/orchestrator';
import type { SessionBars, Waiting } from '../sessions/session-bars.js';
import type { FileTransfer } from './file-transfer.js';

/** Bars that no training has used for this long are removed (ms). */
const OLD_MS = 14 * 24 * 3_600_000;
const SET_OF_BARS = /^[0-9a-f]{32}$/;

/**
 * Bars for the trainings of a queue. The host's own bars are used if their fingerprints match the request. Other bars are fetched
 * from the API, and kept for later trainings in `{stateDir}/bars/{fingerprint of the set}/`.
 */
export class FetchedBars implements SessionBars {
  private readonly directory: string;

  constructor(
    private readonly dataDir: string,
    private readonly stateDir: string,
    private readonly api: FileTransfer,
    private readonly clock: Clock,
  ) {
    this.directory = resolve(stateDir, 'bars');
  }

  async folderOf(operationId: string, bars: readonly BarsFingerprint[], waiting: Waiting): Promise<string> {
    const key = createHash('sha256').update(JSON.stringify(bars)).digest('hex').slice(0, 32);
    const folder = join(this.directory, key);
    await mkdir(folder, { recursive: true });
    // records the last use: bars that are unused for long are removed
    const now = new Date(this.clock.now());
    await utimes(folder, now, now);
    for (const one of bars) {
      if (!(await this.isMeant(folder, one))) await this.put(folder, operationId, one, waiting);
    }
    return folder;
  }

  /** Removes unused bars. Call it at start-up. `now`: ms since 1970. */
  async removeOld(now: number): Promise<void> {
    const names = await readdir(this.directory).catch(() => []);
    // the cache of bars has the same folder
    for (const name of names.filter((entry) => SET_OF_BARS.test(entry))) {
      const path = join(this.directory, name);
      // another host on this machine may remove the folder at the same time
      const lastUsed = await stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => now,
      );
      if (now - lastUsed > OLD_MS) await rm(path, { recursive: true, force: true });
    }
  }

  /** Two sessions that need the same bars at the same time both fetch them. The last file stays. */
  private async put(
    folder: string,
    operationId: string,
    one: BarsFingerprint,
    waiting: Waiting,
  ): Promise<void> {
    const file = barsFile(folder, one.symbol, one.timeframe);
    const temporary = `${file}.${process.pid}-${operationId}.tmp`;
    try {
      if (await this.isMeant(this.dataDir, one)) {
        await rm(temporary, { force: true });
        await linkOrCopy(barsFile(this.dataDir, one.symbol, one.timeframe), temporary);
      } else await this.api.fetchBars({ operationId, ...one }, temporary, waiting);
      await rename(temporary, file);
    } finally {
      await rm(temporary, { force: true });
    }
    if (!(await this.isMeant(folder, one))) throw differ(one);
  }

  private async isMeant(dataDir: string, { symbol, timeframe, sha256 }: BarsFingerprint): Promise<boolean> {
    try {
      const here = await fingerprintBars({ dataDir, stateDir: this.stateDir, symbol, timeframe });
      return here.sha256 === sha256;
    } catch (error) {
      if (error instanceof KtrdrError && NOT_HERE.has(error.code)) return false;
      throw error;
    }
  }
}

/** A hard link costs no space, but both names must be on one disk. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  await link(from, to).catch(() => copyFile(from, to, constants.COPYFILE_FICLONE));
}

/** The host fetches what it does not have. It may have no bars at all. */
const NOT_HERE = new Set<ErrorCode>(['bars_not_found', 'folder_missing']);

function differ({ symbol, timeframe }: BarsFingerprint): KtrdrError {
  const file = barsFileName(symbol, timeframe);
  return new KtrdrError(
    'bars_differ',
    `The API's ${file} has changed since the training was started. Restore that file and resume, or train again.`,
    { details: { file } },
  );
}
