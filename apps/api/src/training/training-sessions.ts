import {
  ANALYTICS_FILES,
  boundedTexts,
  errorFromBody,
  KtrdrError,
  MODEL_FILES,
  STOPPING_REASON,
} from '@ktrdr/contracts';
import type {
  ArtifactFile,
  EngineSetting,
  SessionEnd,
  SentFile,
  SessionReport,
  StartSessionRequest,
  TrainingSpec,
} from '@ktrdr/contracts';
import type { CancellationToken } from '@ktrdr/orchestrator';
import { mostFileBytes, type TrainingRunOutcome } from '@ktrdr/trainer';
import type { TrainingRunHooks } from '@ktrdr/training-operation';

/** The request for a session of a host. */
export function sessionRequest(
  { operationId, attempt, resume }: TrainingRunHooks,
  spec: TrainingSpec,
  engine: EngineSetting,
): StartSessionRequest {
  return { ...spec, operation_id: operationId, engine, attempt, resume };
}

/** Forwards a session's report to the operation. */
export function forward(
  { last_update, progress, resumable, warnings, points = [] }: SessionReport,
  hooks: TrainingRunHooks,
): void {
  for (const warning of boundedTexts(warnings)) hooks.onWarning(warning);
  hooks.onResumable(resumable === true);
  if (points.length > 0) hooks.onEpochs(points);
  if (last_update) hooks.onProgress(last_update);
  else if (progress?.context?.phase) hooks.onWaiting(progress.context.phase);
}

/**
 * The outcome of a session. A run has completed only if its session says `completed` and has a result.
 *
 * @param host its address or name
 * @throws KtrdrError the session's own error, `host_stopped`, `host_session_cancelled`, `host_refused`
 */
export function outcomeOf(session: SessionEnd, token: CancellationToken, host: string): TrainingRunOutcome {
  const { session_id, status, cancel_reason, error, result, warnings } = session;
  if (status === 'completed' && result !== null && typeof result === 'object') {
    return { result, warnings: boundedTexts(warnings) };
  }
  if (status === 'failed' && error) throw errorFromBody(error);
  const training = session_id === null ? 'the training' : `session ${session_id}`;
  if (status === 'cancelled') {
    token.throwIfCancelled();
    if (cancel_reason === STOPPING_REASON) {
      throw new KtrdrError(
        'host_stopped',
        `The training host ${host} was stopped while ${training} ran: the training ended with it, and nothing computes there any more. ` +
          'Start the host again (npm run host), then resume the operation or train again.',
      );
    }
    const reason = cancel_reason === null ? '' : ` (${cancel_reason})`;
    throw new KtrdrError(
      'host_session_cancelled',
      `The training host ${host} cancelled ${training}; this API did not ask for it${reason}. Train again when the host is free.`,
    );
  }
  throw new KtrdrError(
    'host_refused',
    `The training host ${host} ended ${training} as ${status} without a reason. See its log, then train again.`,
  );
}

const ARTIFACT_PATHS: ReadonlySet<string> = new Set([
  ...MODEL_FILES.map((name) => `model/${name}`),
  ...ANALYTICS_FILES.map((name) => `analytics/${name}`),
]);

/** Accepts only files that a run writes. @throws KtrdrError `model_damaged` for any other file */
export function checkNames({ files }: { files: readonly { path: string }[] }): void {
  for (const { path } of files) {
    if (ARTIFACT_PATHS.has(path)) continue;
    throw new KtrdrError(
      'model_damaged',
      `The training host sent a file ${JSON.stringify(path)}, which no training writes. Nothing was stored. Install the same version on the API and the host.`,
    );
  }
}

/**
 * Accepts only a file that a network with this many parameters can have. Its name is checked already.
 *
 * @throws KtrdrError `model_damaged`
 */
export function checkSize({ path, size }: ArtifactFile, parameters: number): void {
  const most = mostFileBytes(path, parameters);
  if (size <= most) return;
  throw new KtrdrError(
    'model_damaged',
    `The training host lists ${path} with ${size} bytes, and this training writes at most ${most}. Nothing was stored. Install the same version on the API and the host.`,
    { details: { file: path } },
  );
}

/** @throws KtrdrError `model_damaged` if the bytes of a file are not those that its host has sent */
export function checkArrived({ path, sha256 }: SentFile, arrived: string | null): void {
  if (arrived === sha256) return;
  throw new KtrdrError(
    'model_damaged',
    `${path} did not arrive as the training host sent it. Nothing was stored; train again.`,
    { details: { file: path } },
  );
}
