import type { EngineChoice, EngineName, EngineSetting } from './engines.js';
import type { ErrorBody } from './errors.js';
import type { EpochMetrics } from './operation-metrics.js';
import type { OperationProgress, OperationStatus } from './operation.js';
import type { TrainingProgressUpdate } from './training-progress.js';
import type { BarsFingerprint, TrainingOptions } from './training-request.js';
import type { TrainingResult } from './training-result.js';

/**
 * Default lease of a host's session, in ms. The host cancels a session that nobody requests for this long, because its
 * API is gone.
 */
export const SESSION_LEASE_MS = 60_000;

/** Body of `POST /training/sessions`: a training with all names resolved. It contains no paths. */
export interface StartSessionRequest extends TrainingOptions {
  /**
   * The API's operation. A repeated request with the same id gets the same session.
   *
   * @pattern ^op_[a-z]+_[0-9]{8}T[0-9]{6}_[a-z0-9]{4,32}$
   */
  operation_id: string;
  /**
   * The strategy file's text.
   *
   * @maxLength 2097152
   */
  strategy: string;
  /**
   * File name to use in messages about the text.
   *
   * @maxLength 4096
   */
  strategy_file: string;
  /** `auto`: the host uses its own engine setting. */
  engine: EngineSetting;
  /**
   * One entry per symbol and timeframe.
   *
   * @minItems 1
   * @maxItems 800
   */
  fingerprints: BarsFingerprint[];
  /**
   * Attempt of the operation. Each attempt has its own session.
   *
   * @asType integer
   * @minimum 1
   * @maximum 9007199254740991
   * @default 1
   */
  attempt?: number;
  /** Continues from the operation's last checkpoint on this host, with the same engine. */
  resume?: boolean;
}

/** `data` of `GET /training/sessions/:id`. */
export interface TrainingSession {
  /** @maxLength 200 */
  session_id: string;
  operation_id: string;
  status: OperationStatus;
  created_at: string;
  started_at: string | null;
  completed_at: string | null;
  progress: OperationProgress;
  /** The trainer's last progress update, unchanged. */
  last_update: TrainingProgressUpdate | null;
  /** `null` until the session starts and its engine is resolved. */
  engine: EngineName | null;
  device: string | null;
  /** Reason given in the first cancel request. */
  cancel_reason: string | null;
  error: ErrorBody | null;
  warnings: string[];
  result: TrainingResult | null;
  /**
   * Values of the epochs since the start of the session, in order, thinned if there are many. Missing: an earlier version.
   *
   * @maxItems 1000
   */
  points?: EpochMetrics[];
  /** True if the host has a checkpoint from which a session with `resume` can continue. */
  resumable: boolean;
}

/** A session in a list: without its result and its points, which may be large. */
export type TrainingSessionSummary = Omit<TrainingSession, 'result' | 'points'>;

/** `data` of `GET /training/sessions`, newest first. */
export interface SessionList {
  sessions: TrainingSessionSummary[];
  total_count: number;
  active_count: number;
}

/** A host's description of itself in `GET /health`, under `details.trainer`. */
export interface HostDescription {
  /** The host's own setting, used for sessions with engine `auto`. */
  engine_setting: EngineSetting;
  /** Available engines of the setting. A session uses one of them. */
  engines: { engine: EngineName; device: string }[];
  rejected_engines: EngineChoice['rejected'];
  /** @minimum 0 */
  sessions_running: number;
  /** @minimum 0 */
  sessions_max: number;
  /**
   * A session that nobody requests for this long is cancelled, ms.
   *
   * @minimum 1
   * @maximum 2147483647
   */
  session_lease_ms: number;
  /** True: the host sends each file of a session as bytes. Missing: an earlier version, which sends all files in one JSON answer. */
  sends_bytes?: boolean;
}
