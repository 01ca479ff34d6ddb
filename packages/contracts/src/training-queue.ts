import type { HostDescription, TrainingSession } from './training-session.js';

/** Name of the queue for trainings. */
export const TRAINING_QUEUE = 'ktrdr-trainings';

/** Job id of one attempt of a training. */
export function trainingJobId(operationId: string, attempt: number): string {
  return `${operationId}-${attempt}`;
}

/** What an API shows of a session while it runs. `points`: the newest, and all of them from time to time. */
export type SessionReport = Pick<
  TrainingSession,
  'last_update' | 'progress' | 'resumable' | 'warnings' | 'points'
>;

/** Progress that a host reports for a queued training. */
export interface QueuedTrainingReport {
  session: SessionReport;
}

/** How a session ended. */
export interface SessionEnd extends Pick<
  TrainingSession,
  'status' | 'cancel_reason' | 'error' | 'result' | 'warnings' | 'resumable' | 'points'
> {
  /** `null` if the training ended before it had a session. */
  session_id: string | null;
}

/** How a queued training ended on a host, and which files the host has sent to the API. */
export interface QueuedTrainingOutcome {
  session: SessionEnd;
  /**
   * Name of the host.
   *
   * @maxLength 300
   */
  host: string;
  /**
   * Number of the delivery that ended. The sent files are stored under this number.
   *
   * @asType integer
   * @minimum 1
   * @maximum 9007199254740991
   */
  run: number;
  /** @maxItems 100 */
  files: SentFile[];
}

/** A file that a host has sent. `path` has the same form as in `ArtifactFile`. */
export interface SentFile {
  /** @maxLength 300 */
  path: string;
  /** @pattern ^[0-9a-f]{64}$ */
  sha256: string;
}

/** A training host, as shown by `GET /hosts`. */
export interface TrainingHostInfo {
  name: string;
  /** `queue`: the host takes trainings from the queue. `direct`: the API sends trainings to it. */
  mode: 'queue' | 'direct';
  /** `silent`: the host missed its heartbeats or does not respond. */
  status: 'up' | 'silent';
  /** Available engines, in order of preference. */
  engines: HostDescription['engines'];
  engine_setting: HostDescription['engine_setting'] | null;
  sessions_running: number;
  sessions_max: number | null;
  /** Operations whose trainings the host runs; `null` if it does not report them. */
  operations: string[] | null;
  /** ISO 8601; `null` if the host has never responded. */
  last_heartbeat: string | null;
}

/** `data` of `GET /hosts`. */
export interface HostList {
  /** Where trainings run: next to the API, on one host, or on the hosts of a queue. */
  mode: 'local' | 'host' | 'queue';
  hosts: TrainingHostInfo[];
}
