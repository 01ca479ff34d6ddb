import { KtrdrError, resolveOptions } from '@ktrdr/contracts';
import type { BarsFingerprint, EngineName, EngineSetting, StartSessionRequest } from '@ktrdr/contracts';
import { parseDateRange } from '@ktrdr/market-data';
import { parseInThread, type BackgroundThread, type Strategy } from '@ktrdr/strategy';
import { untilAborted } from '@ktrdr/trainer';
import type { CheckpointFolders, EngineSelector } from '@ktrdr/trainer';
import type { SessionBars, Waiting } from './session-bars.js';
import type { SessionRequest } from './session-request.js';

/** Checks an API's request against the bars and engines of this host. */
export class SessionCheck {
  constructor(
    private readonly bars: SessionBars,
    /** The setting for requests that leave the engine to the host. */
    private readonly engineSetting: EngineSetting,
    private readonly engines: EngineSelector,
    private readonly checkpoints: CheckpointFolders,
    /** Parses the strategies of requests. */
    private readonly thread: BackgroundThread,
  ) {}

  /**
   * @throws KtrdrError `strategy_invalid`, `invalid_date`, `invalid_date_range`, `invalid_request`, `engine_unavailable`, `engine_unsupported`,
   *   and what `SessionBars` throws; for a session that resumes, also `checkpoint_missing`, `checkpoint_refused`
   */
  async check(body: StartSessionRequest, waiting: Waiting): Promise<SessionRequest> {
    const { symbols, timeframes, attempt = 1, resume = false } = body;
    const { strategy } = await parseInThread(this.thread, body.strategy, {
      file: body.strategy_file,
      overrides: { symbols, timeframes },
    });
    parseDateRange(body.start_date, body.end_date);
    const engine = body.engine === 'auto' ? this.engineSetting : body.engine;
    const resumedEngine = resume ? await this.checkpoints.engineOf(body.operation_id) : null;
    const engines = this.engines.candidates(resumedEngine?.engine ?? engine, strategy.model.type);
    try {
      await untilAborted(engines, waiting.signal);
    } catch (error) {
      throw resumedEngine === null ? error : notHere(resumedEngine.engine, error);
    }
    const bars = barsOf(strategy, body.fingerprints);
    const dataDir = await this.bars.folderOf(body.operation_id, bars, waiting);
    return {
      operationId: body.operation_id,
      attempt,
      strategy,
      engine,
      resumedEngine,
      dataDir,
      spec: {
        ...resolveOptions(body),
        strategy: body.strategy,
        strategy_file: body.strategy_file,
        fingerprints: body.fingerprints,
      },
    };
  }
}

/** A training must resume with its first engine: another one would give other weights. */
function notHere(engine: EngineName, error: unknown): unknown {
  if (!(error instanceof KtrdrError) || error.code !== 'engine_unavailable') return error;
  return new KtrdrError(
    'engine_unavailable',
    `The checkpoint was written by engine ${engine}, and only that engine can resume from it. ${error.message} ` +
      'Resume when a host with that engine is free, or retry from the beginning.',
    { details: error.details, cause: error },
  );
}

/** Fingerprints of all bars that the strategy reads. @throws KtrdrError `invalid_request` if one is missing */
function barsOf(strategy: Strategy, fingerprints: readonly BarsFingerprint[]): BarsFingerprint[] {
  return strategy.symbols.flatMap((symbol) =>
    strategy.timeframes.map((timeframe) => {
      const meant = fingerprints.find((one) => one.symbol === symbol && one.timeframe === timeframe);
      if (meant !== undefined) return meant;
      throw new KtrdrError('invalid_request', `fingerprints has no entry for ${symbol} ${timeframe}.`);
    }),
  );
}
