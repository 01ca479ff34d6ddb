import { ANALYTICS_FILES, errorFromBody, KtrdrError, MODEL_FILES, STOPPING_REASON } from '@ktrdr/contracts';
import type { EngineSetting, SessionArtifacts, StartSessionRequest, TrainingSession } from '@ktrdr/contracts';
import type { CancellationToken, Clock } from '@ktrdr/orchestrator';
import type { ModelStorage, RunSettings, TrainingRunOutcome } from '@ktrdr/trainer';
import { HostSession } from './host-session.js';
import type { HostSessionSettings } from './host-session.js';
import type { KeptRun, RunOutputs } from './run-outputs.js';
import type { TrainingHostClient } from './training-host-client.js';
import type { TrainingPlace, TrainingRunHooks } from './training-place.js';
import type { TrainingRequest } from './training-request.js';

const CONTACTING = 'contacting the training host';

export interface HostTrainingSettings extends HostSessionSettings {
  /** `auto` leaves it to the host, which times its engines on the run's network. */
  engine: EngineSetting;
}

/** Trains in a session of a training host, and fetches the model into the API's own storage. */
export class HostTraining implements TrainingPlace {
  constructor(
    private readonly settings: HostTrainingSettings,
    private readonly host: TrainingHostClient,
    private readonly models: ModelStorage,
    private readonly outputs: RunOutputs,
    private readonly clock: Clock,
  ) {}

  async train({ run, strategy }: TrainingRequest, hooks: TrainingRunHooks): Promise<KeptRun> {
    const { token } = hooks;
    return this.outputs.keep(strategy, hooks, async (outputDir) => {
      const session = new HostSession(this.host, this.settings, this.clock, token, (silence) =>
        hooks.onWaiting(silence ?? CONTACTING),
      );
      hooks.onWaiting(CONTACTING);
      // an answer shows that nothing computes yet where the host is silent from here on
      await session.reach(hooks.takenOver);
      const { engine } = this.settings;
      const started = await session.start(sessionRequest(hooks, run, engine), hooks.takenOver);
      const ended = await session.follow(started.session_id, (state) => forward(state, hooks));
      const outcome = outcomeOf(ended, token, this.host.url);
      if (outcome.result.training_metrics !== null) {
        const artifacts = await session.fetch(ended.session_id, (bounds) =>
          this.host.artifacts(ended.session_id, bounds),
        );
        checkNames(artifacts);
        await this.models.writeArtifacts(outputDir, artifacts.files);
      }
      return outcome;
    });
  }
}

function sessionRequest(
  { operationId, attempt, resume }: TrainingRunHooks,
  run: RunSettings,
  engine: EngineSetting,
): StartSessionRequest {
  return {
    operation_id: operationId,
    strategy: run.strategyText,
    strategy_file: run.strategyFile,
    symbols: run.symbols,
    timeframes: run.timeframes,
    start_date: run.startDate,
    end_date: run.endDate,
    validation_split: run.validationSplit,
    detailed_analytics: run.detailedAnalytics,
    walk_forward: run.walkForward,
    dry_run: run.dryRun,
    seed: run.seed,
    engine,
    fingerprints: run.fingerprints,
    attempt,
    resume,
  };
}

function forward(
  { last_update, progress, resumable, warnings }: TrainingSession,
  hooks: TrainingRunHooks,
): void {
  for (const warning of warnings) hooks.onWarning(warning);
  hooks.onResumable(resumable === true);
  if (last_update) hooks.onProgress(last_update);
  else if (progress?.context?.phase) hooks.onWaiting(progress.context.phase);
}

/** Only a session that says `completed`, with a result, is a completed run. */
function outcomeOf(session: TrainingSession, token: CancellationToken, url: string): TrainingRunOutcome {
  const { session_id, status, cancel_reason, error, result, warnings } = session;
  if (status === 'completed' && result !== null && typeof result === 'object') {
    return { result, warnings };
  }
  if (status === 'failed' && error) throw errorFromBody(error);
  if (status === 'cancelled') {
    token.throwIfCancelled();
    if (cancel_reason === STOPPING_REASON) {
      throw new KtrdrError(
        'host_stopped',
        `The training host ${url} was stopped while session ${session_id} ran: the training ended with it, and nothing computes there any more. ` +
          'Start the host again (npm run host), then resume the operation or train again.',
      );
    }
    throw new KtrdrError(
      'host_session_cancelled',
      `Session ${session_id} was cancelled at the training host ${url}, not from here${cancel_reason === null ? '' : ` (${cancel_reason})`}. Train again when the host is free for it.`,
    );
  }
  throw new KtrdrError(
    'host_refused',
    `Session ${session_id} of the training host ${url} ended as ${status} without saying why. Its log may know; train again.`,
  );
}

const ARTIFACT_PATHS: ReadonlySet<string> = new Set([
  ...MODEL_FILES.map((name) => `model/${name}`),
  ...ANALYTICS_FILES.map((name) => `analytics/${name}`),
]);

/** Nothing but what a run writes is taken from a host. */
function checkNames({ files }: SessionArtifacts): void {
  for (const { path } of files) {
    if (ARTIFACT_PATHS.has(path)) continue;
    throw new KtrdrError(
      'model_damaged',
      `The training host sent a file ${JSON.stringify(path)}, which no training writes. Nothing was stored: do API and host have the same version?`,
    );
  }
}
