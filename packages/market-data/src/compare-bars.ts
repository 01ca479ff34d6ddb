import {
  type BarsFingerprint,
  type Clock,
  type ErrorCode,
  KtrdrError,
  systemClock,
  type TrainedBars,
} from '@ktrdr/contracts';
import type { BarsFolders } from './bars-access.js';
import { barsFileFacts } from './fingerprint.js';

const NOT_HERE: ReadonlySet<ErrorCode> = new Set([
  'bars_not_found',
  'folder_missing',
  'invalid_name',
] as const);

/**
 * Says for each fingerprint whether its bars file is still the same. Unchanged files are not read.
 *
 * @param fingerprints of the bars that a model was trained on
 * @throws errors that are not about one file
 */
export async function compareBars(
  { dataDir, stateDir }: BarsFolders,
  fingerprints: readonly BarsFingerprint[],
  clock: Pick<Clock, 'now'> = systemClock,
): Promise<TrainedBars[]> {
  const compared: TrainedBars[] = [];
  for (const { symbol, timeframe, sha256 } of fingerprints) {
    const found = await fingerprintOf({ dataDir, stateDir, symbol, timeframe }, clock);
    const state = found === null ? 'missing' : found === sha256 ? 'unchanged' : 'changed';
    compared.push({ symbol, timeframe, sha256, state });
  }
  return compared;
}

/** `null` if there is no file; an empty text if there is one that cannot be read. */
async function fingerprintOf(
  name: Parameters<typeof barsFileFacts>[0],
  clock: Pick<Clock, 'now'>,
): Promise<string | null> {
  try {
    return (await barsFileFacts(name, clock)).sha256;
  } catch (error) {
    if (!(error instanceof KtrdrError)) throw error;
    return NOT_HERE.has(error.code) ? null : '';
  }
}
