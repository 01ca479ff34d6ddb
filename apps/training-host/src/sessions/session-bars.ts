import { KtrdrError, type BarsFingerprint } from '@ktrdr/contracts';
import { fingerprintBars } from '@ktrdr/market-data';

/** Who waits for what has to come from elsewhere before a training begins. */
export interface Waiting {
  /** Ends the wait at once, with the signal's reason. */
  signal: AbortSignal;
  /** Told what takes long, in words. */
  onPhase: (phase: string) => void;
}

/** Where sessions read their bars. */
export interface SessionBars {
  /**
   * A folder with the bars that are meant, byte for byte.
   *
   * @throws KtrdrError `bars_not_found`, `bars_differ`; where they are fetched `api_unreachable`, `disk_full`, `storage_failed`,
   *   and the signal's reason
   */
  folderOf(operationId: string, bars: readonly BarsFingerprint[], waiting: Waiting): Promise<string>;
}

/** The host's own bars, which have to be the API's. */
export class OwnBars implements SessionBars {
  constructor(private readonly dataDir: string) {}

  async folderOf(_operationId: string, bars: readonly BarsFingerprint[]): Promise<string> {
    for (const { symbol, timeframe, sha256 } of bars) {
      const here = await fingerprintBars(this.dataDir, symbol, timeframe);
      if (here.sha256 === sha256) continue;
      const file = `${symbol}_${timeframe}.csv`;
      throw new KtrdrError(
        'bars_differ',
        `${file} in the training host's data folder is not the file that the API had when the training was started. Copy the API's file there and start or resume again.`,
        { details: { file, sha256_of_host: here.sha256, sha256_of_api: sha256 } },
      );
    }
    return this.dataDir;
  }
}
