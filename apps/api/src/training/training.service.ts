import { KtrdrError, resolveOptions, shown } from '@ktrdr/contracts';
import type {
  AvailableBars,
  BarsFingerprint,
  EstimateTrainingResponse,
  OperationStarted,
  StartTrainingRequest,
  StrategyIssue,
  TrainingRequestRecord,
  TrainingSpec,
} from '@ktrdr/contracts';
import { fingerprintBars, parseDateRange } from '@ktrdr/market-data';
import { formatIssue, parseInThread, type BackgroundThread, type Strategy } from '@ktrdr/strategy';
import { checkEngineSupport } from '@ktrdr/trainer';
import type { ApiSettings } from '../config.js';
import type { StrategiesService } from '../strategies/strategies.service.js';
import type { TrainingManager } from './training-manager.js';

/** Checks a request, and gives it to the manager. */
export class TrainingService {
  constructor(
    private readonly settings: Pick<
      ApiSettings,
      'dataDir' | 'stateDir' | 'trainingEngine' | 'trainingHost' | 'trainingLimits' | 'trainingQueueUrl'
    >,
    private readonly strategies: StrategiesService,
    private readonly manager: TrainingManager,
    private readonly thread: BackgroundThread,
    /** Reads the ranges of bars files. */
    private readonly barsThread: BackgroundThread,
  ) {}

  /**
   * Reports every problem that can be found without reading the bars, before there is an operation.
   *
   * @throws KtrdrError `invalid_request`, `invalid_name`, `strategy_not_found`, `strategy_invalid`, `invalid_date`,
   *   `invalid_date_range`, `unsupported_data_mode`, `engine_unsupported`, `bars_not_found`
   */
  async start(request: StartTrainingRequest): Promise<OperationStarted> {
    const { strategy, spec, issues } = await this.prepare(request);
    return this.manager.trainMultiSymbolStrategy({
      strategy,
      spec,
      warnings: issues.map(formatIssue),
      taskId: request.task_id,
      priority: request.priority,
      user: request.user,
    });
  }

  /**
   * What a training would need. Starts nothing.
   *
   * @throws KtrdrError as {@link start}, without `over_budget`; `bars_invalid`
   */
  async estimate(request: StartTrainingRequest): Promise<EstimateTrainingResponse> {
    const { strategy, spec, issues } = await this.prepare(request);
    const estimate = await this.manager.estimate({ strategy, spec });
    const { hours, memoryMb } = this.settings.trainingLimits;
    return {
      strategy: strategy.name,
      symbols: strategy.symbols,
      timeframes: strategy.timeframes,
      base_timeframe: strategy.baseTimeframe,
      model_type: strategy.model.type,
      rows: estimate.rows,
      features: strategy.features.length,
      parameters: estimate.weights,
      epochs: strategy.training.epochs,
      passes: estimate.passes,
      estimated_seconds: estimate.hours * 3_600,
      estimated_memory_mb: Math.ceil(estimate.memoryMb),
      limits: { seconds: hours > 0 ? hours * 3_600 : null, memory_mb: memoryMb },
      over: estimate.over,
      place: estimate.place,
      engine: this.settings.trainingEngine,
      issues,
      bars: await this.availableBars(strategy),
    };
  }

  private async prepare(
    request: StartTrainingRequest,
  ): Promise<{ strategy: Strategy; spec: TrainingSpec; issues: StrategyIssue[] }> {
    checkDataMode(request.data_mode);
    const { text, file } = await this.strategyText(request);
    const { symbols, timeframes } = request;
    const { strategy, warnings } = await parseInThread(this.thread, text, {
      file,
      overrides: { symbols, timeframes },
    });
    // hosts have their own engines
    if (!this.settings.trainingHost.use && this.settings.trainingQueueUrl === undefined)
      checkEngineSupport(this.settings.trainingEngine, strategy.model.type);
    parseDateRange(
      request.start_date ?? strategy.dateRange.start,
      request.end_date ?? strategy.dateRange.end,
    );
    const fingerprints = await this.fingerprints(strategy);
    const spec = { ...resolveOptions(request), strategy: text, strategy_file: file, fingerprints };
    return { strategy, spec, issues: warnings };
  }

  /** The request of a training. @throws KtrdrError `operation_not_found` */
  request(operationId: string): Promise<TrainingRequestRecord> {
    return this.manager.requestOf(operationId);
  }

  private async strategyText(request: StartTrainingRequest): Promise<{ text: string; file: string }> {
    const { strategy, strategy_name: name, strategy_file: file = 'strategy.yaml' } = request;
    if (strategy === undefined && name === undefined) {
      throw new KtrdrError(
        'invalid_request',
        'The request has no strategy. Send its text as strategy, or its name in STRATEGIES_DIR as strategy_name.',
      );
    }
    if (strategy !== undefined && name !== undefined) {
      throw new KtrdrError('invalid_request', 'Send one of strategy and strategy_name, not both.');
    }
    return name === undefined ? { text: strategy ?? '', file } : this.strategies.read(name);
  }

  /** @throws KtrdrError `bars_invalid` for the first file that cannot be read */
  private async availableBars({ symbols, timeframes }: Strategy): Promise<AvailableBars[]> {
    const { dataDir, stateDir } = this.settings;
    const available: AvailableBars[] = [];
    for (const symbol of symbols) {
      const files = await this.barsThread.run('listBarsInfo', { dataDir, stateDir }, { symbol });
      for (const { timeframe, rows, first, last, problem } of files) {
        if (!timeframes.some((one) => one === timeframe)) continue;
        if (problem !== null || rows === null || first === null || last === null)
          throw new KtrdrError(
            'bars_invalid',
            problem ?? `The bars of ${symbol} ${timeframe} cannot be read.`,
          );
        available.push({ symbol, timeframe, rows, start: first, end: last });
      }
    }
    return available;
  }

  /** @throws KtrdrError `bars_not_found` for the first missing file */
  private async fingerprints({ symbols, timeframes }: Strategy): Promise<BarsFingerprint[]> {
    const { dataDir, stateDir } = this.settings;
    const fingerprints: BarsFingerprint[] = [];
    for (const symbol of symbols) {
      for (const timeframe of timeframes) {
        fingerprints.push(await fingerprintBars({ dataDir, stateDir, symbol, timeframe }));
      }
    }
    return fingerprints;
  }
}

function checkDataMode(mode = 'local'): void {
  if (mode === 'local') return;
  throw new KtrdrError(
    'unsupported_data_mode',
    `data_mode must be "local" (the bars of the data folder). ${shown(mode)} does not exist yet.`,
  );
}
