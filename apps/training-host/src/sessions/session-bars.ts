import { KtrdrError, type BarsFingerprint } from '@ktrdr/contracts';
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

/** The host's own bars. They must have the same content as the API's. */
export class OwnBars implements SessionBars {
  constructor(private readonly folders: BarsFolders) {}

  async folderOf(_operationId: string, bars: readonly BarsFingerprint[]): Promise<string> {
    for (const { symbol, timeframe, sha256 } of bars) {
      const here = await fingerprintBars({ ...this.folders, symbol, timeframe });
      if (here.sha256 === sha256) continue;
      const file = barsFileName(symbol, timeframe);
      throw new KtrdrError(
        'bars_differ',
        `${file} in the training host's data folder differs from the file that the API had when the training was started. Copy the API's file there, then start or resume again.`,
        { details: { file, sha256_of_host: here.sha256, sha256_of_api: sha256 } },
      );
    }
    return this.folders.dataDir;
  }
}
