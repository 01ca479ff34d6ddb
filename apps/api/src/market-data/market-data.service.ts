import type {
  BarsDetails,
  BarsList,
  BarsQuery,
  DataCheck,
  DataCheckQuery,
  DeletedBars,
  ExportBarsQuery,
  ResampleBarsRequest,
  ResampledBars,
  SampleDataRequest,
  SampleDataResponse,
  ShowBarsQuery,
} from '@ktrdr/contracts';
import {
  type BarsFolders,
  deleteBars,
  type ExportedBars,
  exportBars,
  parseDateRange,
} from '@ktrdr/market-data';
import type { Clock } from '@ktrdr/orchestrator';
import type { BackgroundThread } from '@ktrdr/strategy';
import type { ModelStorage } from '@ktrdr/trainer';

/** Bars of a chart that a request does not limit. */
const DEFAULT_POINTS = 200;

/** The bars of `DATA_DIR`. */
export class MarketDataService {
  constructor(
    private readonly folders: BarsFolders,
    private readonly thread: BackgroundThread,
    private readonly models: ModelStorage,
    private readonly clock: Clock,
  ) {}

  async list(): Promise<BarsList> {
    return { bars: await this.thread.run('listBarsInfo', this.folders) };
  }

  async show({ symbol, timeframe, points = DEFAULT_POINTS }: ShowBarsQuery): Promise<BarsDetails> {
    const shown = await this.thread.run('showBars', this.folders, symbol, timeframe, points);
    const users = await this.models.trainedOn(symbol, timeframe);
    const models = users.map(({ model, sha256 }) => ({ model, same_file: sha256 === shown.info.sha256 }));
    return { ...shown, models };
  }

  async check(query: DataCheckQuery): Promise<DataCheck> {
    return { reports: await this.thread.run('checkData', this.folders, { ...query }) };
  }

  async export({ symbol, timeframe, start_date, end_date, format }: ExportBarsQuery): Promise<ExportedBars> {
    const range = parseDateRange(start_date, end_date);
    return exportBars({ ...this.folders, symbol, timeframe }, range, format);
  }

  async delete({ symbol, timeframe }: BarsQuery): Promise<DeletedBars> {
    return { symbol, timeframe, file: await deleteBars(this.folders.dataDir, symbol, timeframe) };
  }

  async resample(request: ResampleBarsRequest): Promise<ResampledBars> {
    const { symbol, timeframe, to, timezone, on_conflict: onConflict = 'refuse' } = request;
    const at = new Date(this.clock.now()).toISOString();
    const from = { ...this.folders, symbol, timeframe };
    return { stored: await this.thread.run('resampleBars', from, to, { timezone, onConflict, at }) };
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
      at: new Date(this.clock.now()).toISOString(),
    });
  }
}
