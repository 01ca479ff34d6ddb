import { KtrdrError, type BarsFingerprint, type ErrorCode } from '@ktrdr/contracts';
import { barsFileName, type BarsFolders, fingerprintBars } from '@ktrdr/market-data';

/** A caller that waits for files from another machine. */
export interface Waiting {
  /** Ends the wait immediately, with the signal's reason. */
  signal: AbortSignal;
  /** Called with the text to show during the wait. */
  onPhase: (phase: string) => void;
  /** Secret of the delivery, which the API asks for; `null` if the API sent none. */
  secret: string | null;
}

/** Provides the bars of sessions. */
export interface SessionBars {
  /**
   * A folder with the requested bars, byte for byte.
   *
   * @throws KtrdrError `bars_not_found`, `bars_differ`; if they are fetched, also `api_unreachable`, `disk_full`, `storage_failed`,
   *   and the signal's reason
   */
  folderOf(operationId: string, bars: readonly BarsFingerprint[], waiting: Waiting): Promise<string>;
}

const MISSING: ReadonlySet<ErrorCode> = new Set(['bars_not_found', 'folder_missing'] as const);

/** The host's own bars. They must have the same content as the API's. */
export class OwnBars implements SessionBars {
  constructor(private readonly folders: BarsFolders) {}

  async folderOf(_operationId: string, bars: readonly BarsFingerprint[]): Promise<string> {
    for (const { symbol, timeframe, sha256 } of bars) {
      const file = barsFileName(symbol, timeframe);
      const here = await fingerprintBars({ ...this.folders, symbol, timeframe }).catch((error: unknown) => {
        throw this.missingHere(file, error);
      });
      if (here.sha256 === sha256) continue;
      throw new KtrdrError(
        'bars_differ',
        `${file} in the training host's data folder differs from the file that the API had when the training was started. Copy the API's file there, then start or resume again.`,
        { details: { file, sha256_of_host: here.sha256, sha256_of_api: sha256 } },
      );
    }
    return this.folders.dataDir;
  }

  /** The API has the bars, and its user does not see this folder: the message says whose folder it is. */
  private missingHere(file: string, error: unknown): unknown {
    if (!(error instanceof KtrdrError) || !MISSING.has(error.code)) return error;
    return new KtrdrError(
      error.code,
      `${file} is not in ${this.folders.dataDir} on the training host. Copy the API's file there, then start or resume again.`,
      { details: error.details, cause: error },
    );
  }
}
