import type { ComputeIndicatorRequest, IndicatorList } from '@ktrdr/contracts';
import type { BarsFolders } from '@ktrdr/market-data';
import { type BackgroundThread, describeIndicators } from '@ktrdr/strategy';

/** Indicators, and their values on the bars of `DATA_DIR`. */
export class IndicatorsService {
  constructor(
    private readonly folders: BarsFolders,
    private readonly thread: BackgroundThread,
  ) {}

  list(): IndicatorList {
    return { indicators: describeIndicators() };
  }

  /**
   * The response as JSON. @throws KtrdrError as `indicatorValues`, and `service_busy`, `computation_timeout`
   */
  async compute(request: ComputeIndicatorRequest): Promise<Buffer> {
    const bytes = await this.thread.run('indicatorValues', this.folders, { ...request });
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
}
