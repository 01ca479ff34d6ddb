import { KtrdrError } from '@ktrdr/contracts';
import type { BarsFingerprint, EngineSetting, StartSessionRequest } from '@ktrdr/contracts';
import { parseDateRange } from '@ktrdr/market-data';
import { parseStrategy } from '@ktrdr/strategy';
import type { Strategy } from '@ktrdr/strategy';
import { checkEngineSupport } from '@ktrdr/trainer';
import type { CheckpointFolders, EngineSelector } from '@ktrdr/trainer';
import type { SessionBars } from './session-bars.js';
import type { SessionRequest } from './session-request.js';

/** Checks on the host's bars and engines what an API asks for. */
export class SessionCheck {
  constructor(
    private readonly bars: SessionBars,
    /** What this host takes when it may choose. */
    private readonly engineSetting: EngineSetting,
    private readonly engines: EngineSelector,
    private readonly checkpoints: CheckpointFolders,
  ) {}

  /**
   * @throws KtrdrError `strategy_invalid`, `invalid_date`, `invalid_date_range`, `invalid_request`, `engine_unavailable`, `engine_unsupported`,
   *   `bars_not_found`, `bars_differ`; of a session that resumes `checkpoint_missing`, `checkpoint_refused`
   */
  async check(body: StartSessionRequest): Promise<SessionRequest> {
    const { symbols, timeframes, attempt = 1, resume = false } = body;
    const { strategy } = parseStrategy(body.strategy, {
      file: body.strategy_file,
      overrides: { symbols, timeframes },
    });
    parseDateRange(body.start_date, body.end_date);
    const engine = body.engine === 'auto' ? this.engineSetting : body.engine;
    const resumedEngine = resume ? await this.checkpoints.engineOf(body.operation_id) : null;
    if (resumedEngine === null) await this.engines.candidates(engine, strategy.model.type);
    else checkEngineSupport(resumedEngine.engine, strategy.model.type);
    const dataDir = await this.bars.folderOf(body.operation_id, barsOf(strategy, body.fingerprints));
    return {
      operationId: body.operation_id,
      attempt,
      strategy,
      engine,
      resumedEngine,
      dataDir,
      run: {
        strategyText: body.strategy,
        strategyFile: body.strategy_file,
        symbols,
        timeframes,
        startDate: body.start_date,
        endDate: body.end_date,
        validationSplit: body.validation_split,
        seed: body.seed,
        walkForward: body.walk_forward,
        dryRun: body.dry_run,
        detailedAnalytics: body.detailed_analytics,
        fingerprints: body.fingerprints,
      },
    };
  }
}

/** Fingerprints of everything that the strategy reads. @throws KtrdrError `invalid_request` where one is missing */
function barsOf(strategy: Strategy, fingerprints: readonly BarsFingerprint[]): BarsFingerprint[] {
  return strategy.symbols.flatMap((symbol) =>
    strategy.timeframes.map((timeframe) => {
      const meant = fingerprints.find((one) => one.symbol === symbol && one.timeframe === timeframe);
      if (meant !== undefined) return meant;
      throw new KtrdrError('invalid_request', `fingerprints has no entry for ${symbol} ${timeframe}.`);
    }),
  );
}
