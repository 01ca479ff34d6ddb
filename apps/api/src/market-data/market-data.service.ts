import type { SampleDataRequest, SampleDataResponse } from '@ktrdr/contracts';
import { writeSampleBars } from '@ktrdr/market-data';

/** The bars of `DATA_DIR`. */
export class MarketDataService {
  constructor(private readonly dataDir: string) {}

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
