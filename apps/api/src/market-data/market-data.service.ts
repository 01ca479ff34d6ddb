import type { DataCheck, DataCheckQuery, SampleDataRequest, SampleDataResponse } from '@ktrdr/contracts';
import type { BackgroundThread } from '@ktrdr/strategy';

/** The bars of `DATA_DIR`. */
export class MarketDataService {
  constructor(
    private readonly dataDir: string,
    private readonly thread: BackgroundThread,
  ) {}

  async check(query: DataCheckQuery): Promise<DataCheck> {
    return { reports: await this.thread.run('checkData', this.dataDir, { ...query }) };
  }

  sample(request: SampleDataRequest): Promise<SampleDataResponse> {
    return this.thread.run('writeSampleBars', {
      dataDir: this.dataDir,
      symbol: request.symbol,
      timeframe: request.timeframe,
      startDate: request.start_date,
      endDate: request.end_date,
      seed: request.seed,
      overwrite: request.overwrite,
    });
  }
}
