import { ANALYTICS_FILES, errorFromBody, KtrdrError, MODEL_FILES, STOPPING_REASON } from '@ktrdr/contracts';
import type { EngineSetting, StartSessionRequest, TrainingSession, TrainingSpec } from '@ktrdr/contracts';
import type { CancellationToken } from '@ktrdr/orchestrator';
import type { TrainingRunOutcome } from '@ktrdr/trainer';
import type { TrainingRunHooks } from '@ktrdr/training-operation';

/** The request for a session of a host. */
export function sessionRequest(
  { operationId, attempt, resume }: TrainingRunHooks,
  spec: TrainingSpec,
  engine: EngineSetting,
): StartSessionRequest {
  return { ...spec, operation_id: operationId, engine, attempt, resume };
}

/** Tells the operation what a session says of itself. */
export function forward(
  { last_update, progress, resumable, warnings }: TrainingSession,
  hooks: TrainingRunHooks,
): void {
  for (const warning of warnings) hooks.onWarning(warning);
  hooks.onResumable(resumable === true);
  if (last_update) hooks.onProgress(last_update);
  else if (progress?.context?.phase) hooks.onWaiting(progress.context.phase);
}

/**
 * Only a session that says `completed`, with a result, is a completed run.
 *
 * @param host its address or name
 */
export function outcomeOf(
  session: TrainingSession,
  token: CancellationToken,
  host: string,
): TrainingRunOutcome {
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
        `The training host ${host} was stopped while session ${session_id} ran: the training ended with it, and nothing computes there any more. ` +
          'Start the host again (npm run host), then resume the operation or train again.',
      );
    }
    throw new KtrdrError(
      'host_session_cancelled',
      `Session ${session_id} was cancelled at the training host ${host}, not from here${cancel_reason === null ? '' : ` (${cancel_reason})`}. Train again when the host is free for it.`,
    );
  }
  throw new KtrdrError(
    'host_refused',
    `Session ${session_id} of the training host ${host} ended as ${status} without saying why. Its log may know; train again.`,
  );
}

const ARTIFACT_PATHS: ReadonlySet<string> = new Set([
  ...MODEL_FILES.map((name) => `model/${name}`),
  ...ANALYTICS_FILES.map((name) => `analytics/${name}`),
]);

/** Nothing but what a run writes is taken from a host. @throws KtrdrError `model_damaged` */
export function checkNames({ files }: { files: readonly { path: string }[] }): void {
  for (const { path } of files) {
    if (ARTIFACT_PATHS.has(path)) continue;
    throw new KtrdrError(
      'model_damaged',
      `The training host sent a file ${JSON.stringify(path)}, which no training writes. Nothing was stored: do API and host have the same version?`,
    );
  }
}
