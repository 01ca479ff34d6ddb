import type { DataCheck, DataCheckQuery, SampleDataRequest, SampleDataResponse } from '@ktrdr/contracts';
import { checkData, writeSampleBars } from '@ktrdr/market-data';

/** The bars of `DATA_DIR`. */
export class MarketDataService {
  constructor(private readonly dataDir: string) {}

  async check(query: DataCheckQuery): Promise<DataCheck> {
    return { reports: await checkData(this.dataDir, query) };
  }

  sample(request: SampleDataRequest): Promise<SampleDataResponse> {
    return writeSampleBars({
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
