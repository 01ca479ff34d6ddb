import type { AuditEntry, OperationStatus, Role, TerminalStatus } from '@ktrdr/contracts';
import type { Generated } from 'kysely';

/** One operation. A `_json` column holds JSON text; booleans are 0 or 1. */
export interface OperationsTable {
  /** Increases with each created operation. */
  seq: Generated<number>;
  id: string;
  type: string;
  status: OperationStatus;
  attempt: number;
  epoch: number;
  owner: string;
  /** Ms since 1970, by the clock of `SqlDatabase.now`. */
  lease_expires_at: number;
  cancel_forced: number;
  resumable: number;
  task_id: string | null;
  created_at: string;
  started_at: string | null;
  /** Set if and only if the operation has ended. */
  completed_at: string | null;
  cancel_requested_at: string | null;
  cancel_reason_json: string;
  progress_json: string;
  metadata_json: string;
  warnings_json: string;
  error_json: string;
  result_json: string;
  request_json: string;
  /** `searchText` of the operation. */
  search_text: string;
}

/** One change of an operation's status. */
export interface OperationHistoryTable {
  seq: Generated<number>;
  operation_id: string;
  at: string;
  attempt: number;
  status: OperationStatus;
  cause_json: string;
}

/** One point of an operation's curve. */
export interface OperationMetricsTable {
  operation_id: string;
  /** 0 for a training with one seed. */
  seed: number;
  epoch: number;
  point_json: string;
}

/** The phases of an operation. */
export interface OperationPhasesTable {
  operation_id: string;
  phases_json: string;
}

/** Number of operations: the sum over the stripes. Only triggers write it. */
export interface OperationCountsTable {
  type: string;
  status: OperationStatus;
  stripe: number;
  count: number;
}

/** One judged training. Its row never changes. */
export interface TrainingTrialsTable {
  seq: Generated<number>;
  /** SHA-256 of what decides the model. */
  key: string;
  /** Open times of the first and the last test row, ms UTC. */
  test_start: number;
  test_end: number;
  /** For one bar. */
  sharpe: number | null;
  recorded_at: string;
}

/** The bars files of each trial's test part. */
export interface TrainingTrialBarsTable {
  sha256: string;
  /** `seq` of the trial. */
  trial: number;
}

/** One access token. Only `revoked_at` ever changes, once. */
export interface AccessTokensTable {
  id: string;
  name: string;
  role: Role;
  /** SHA-256 of the secret. */
  hash: string;
  created_at: string;
  created_by: string;
  revoked_at: string | null;
}

/** One entry of the audit log. It never changes. */
export interface AuditLogTable extends Omit<AuditEntry, 'id'> {
  seq: Generated<number>;
}

/** One webhook. */
export interface WebhooksTable {
  id: string;
  name: string | null;
  url: string;
  /** Names of events, separated by commas. */
  events: string;
  secret: string;
  created_at: string;
  created_by: string;
  /** Deliveries that were dropped because too many waited. */
  dropped: number;
  last_delivery_json: string;
}

/** One message to one webhook that has not been delivered. Only triggers insert rows. */
export interface WebhookDeliveriesTable {
  seq: Generated<number>;
  webhook_id: string;
  operation_id: string;
  attempt: number;
  status: TerminalStatus;
  ended_at: string;
  tries: number;
  /** Ms since 1970, by the clock of `SqlDatabase.now`. */
  created_at: number;
  due_at: number;
}

/** The tables of the store. */
export interface Schema {
  operations: OperationsTable;
  operation_history: OperationHistoryTable;
  operation_metrics: OperationMetricsTable;
  operation_phases: OperationPhasesTable;
  operation_counts: OperationCountsTable;
  training_trials: TrainingTrialsTable;
  training_trial_bars: TrainingTrialBarsTable;
  access_tokens: AccessTokensTable;
  audit_log: AuditLogTable;
  webhooks: WebhooksTable;
  webhook_deliveries: WebhookDeliveriesTable;
}
