import type { DataCheck, DataCheckQuery, SampleDataRequest, SampleDataResponse } from '@ktrdr/contracts';
import type { BarsFolders } from '@ktrdr/market-data';
import type { BackgroundThread } from '@ktrdr/strategy';

/** The bars of `DATA_DIR`. */
export class MarketDataService {
  constructor(
    private readonly folders: BarsFolders,
    private readonly thread: BackgroundThread,
  ) {}

  async check(query: DataCheckQuery): Promise<DataCheck> {
    return { reports: await this.thread.run('checkData', this.folders, { ...query }) };
  }

  sample(request: SampleDataRequest): Promise<SampleDataResponse> {
    return this.thread.run('writeSampleBars', {
      dataDir: this.folders.dataDir,
      symbol: request.symbol,
      timeframe: request.timeframe,
      startDate: request.start_date,
      endDate: request.end_date,
      seed: request.seed,
      overwrite: request.overwrite,
    });
  }
}
