import type { BacktestResult, OperationStarted, StartBacktestRequest } from '@ktrdr/contracts';
import { fingerprintBars } from '@ktrdr/market-data';
import {
  backtestProgressRenderer,
  ServiceOrchestrator,
  Slots,
  type Clock,
  type ManagedOperation,
  type OperationContext,
  type PlaceInLine,
  type ProgressStep,
  type ServiceOrchestratorDependencies,
} from '@ktrdr/orchestrator';
import { type BacktestRun, checkBacktest, runBacktestProcess } from '@ktrdr/trainer';
import type { BacktestFiles } from './backtest-files.js';
import { requestedSettings } from './requested-settings.js';
import type { TrialJudge } from '../training/trial-judge.js';

/** Maximum number of backtests that compute at a time. The others stay `pending`. */
const MOST_AT_ONCE = 2;
/** The steps of the process, with their shares of the time. */
const STEPS: readonly ProgressStep[] = [
  { name: 'loading bars', share: 30 },
  { name: 'predicting', share: 30 },
  { name: 'simulating', share: 35 },
  { name: 'writing trades', share: 5 },
];

/** What its operation stores: enough to repeat the backtest in another process. */
interface StoredBacktest {
  run: Omit<BacktestRun, 'modelsDir' | 'dataDir' | 'stateDir' | 'now'>;
  /** For display. */
  model: string;
  symbols: string[];
  timeframe: string;
}

/** Backtests of stored models. Each computes in its own process. */
export class BacktestManager extends ServiceOrchestrator {
  override readonly serviceName = 'Backtest';
  protected override readonly renderer = backtestProgressRenderer;
  private readonly slots = new Slots(MOST_AT_ONCE);

  constructor(
    dependencies: ServiceOrchestratorDependencies,
    private readonly folders: Pick<BacktestRun, 'modelsDir' | 'dataDir' | 'stateDir'>,
    private readonly files: BacktestFiles,
    private readonly judge: TrialJudge,
    private readonly clock: Clock,
    /** Of the process of a backtest. */
    private readonly mostMemoryMb: number,
  ) {
    super(dependencies);
    this.revivesOperations('backtest', (stored) => this.describeBacktest(stored as StoredBacktest));
  }

  /**
   * Checks a request, and starts its operation.
   *
   * @throws KtrdrError as `checkBacktest`; `bars_not_found`, `bars_invalid`
   */
  async startBacktest(
    strategy: string,
    version: string,
    request: StartBacktestRequest,
  ): Promise<OperationStarted> {
    const run = {
      strategy,
      version,
      symbols: request.symbols ?? null,
      timeframe: request.timeframe ?? null,
      startDate: request.start_date ?? null,
      endDate: request.end_date ?? null,
      settings: requestedSettings(request),
      inSample: request.in_sample ?? false,
    };
    const checked = await checkBacktest({ ...this.folders, ...run, now: this.clock.now() });
    const { name: model, timeframe } = checked;
    const { symbols, timeframes } = checked.strategy;
    // its error names a missing file
    for (const symbol of symbols) {
      for (const needed of timeframes) {
        await fingerprintBars({ ...this.folders, symbol, timeframe: needed });
      }
    }
    return this.startManagedOperation(this.describeBacktest({ run, model, symbols, timeframe }));
  }

  /** The domain method. A cancel kills the process, and leaves no file. */
  async runBacktest({ run }: StoredBacktest, context: OperationContext): Promise<BacktestResult> {
    const { operationId, token, progress, clock } = context;
    const compute = async (outputDir: string): Promise<BacktestResult> => {
      const outcome = await runBacktestProcess(
        { run: { ...this.folders, ...run, now: clock.now() }, outputDir },
        { signal: token.signal, mostMemoryMb: this.mostMemoryMb, onStep: (step) => progress.startStep(step) },
      );
      token.throwIfCancelled();
      return this.judge.judgeBacktest(outcome);
    };
    const mayKeep = async (): Promise<void> => {
      token.throwIfCancelled();
      await context.confirmOwner();
    };
    const onWait = ({ ahead }: PlaceInLine): void => {
      const place = ahead === 0 ? 'next in line' : `${ahead} ahead`;
      progress.update({ context: { phase: `waiting for other backtests: ${place}` }, waiting: true });
    };
    return this.slots.use({ signal: token.signal, onWait }, async () => {
      await context.begin();
      return this.files.keep(operationId, compute, mayKeep);
    });
  }

  private describeBacktest(stored: StoredBacktest): ManagedOperation<BacktestResult, 'backtest'> {
    const { run, model, symbols, timeframe } = stored;
    return {
      type: 'backtest',
      request: stored,
      metadata: {
        model,
        symbols,
        timeframe,
        start_date: run.startDate,
        end_date: run.endDate,
        parameters: { in_sample: run.inSample, ...run.settings },
      },
      steps: STEPS,
      waits: true,
      initialContext: { symbols, timeframes: [timeframe], strategy: run.strategy },
      startMessage: `The backtest of ${model} has started.`,
      run: (context) => this.runBacktest(stored, context),
    };
  }
}
