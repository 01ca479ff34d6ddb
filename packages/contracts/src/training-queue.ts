import type { HostDescription, StartSessionRequest, TrainingSession } from './training-session.js';

/** Name of the queue of trainings. */
export const TRAINING_QUEUE = 'ktrdr-trainings';

/** The job of one attempt of a training. */
export function trainingJobId(operationId: string, attempt: number): string {
  return `${operationId}-${attempt}`;
}

/** What a training host gets from the queue. */
export type QueuedTraining = StartSessionRequest;

/** What a host reports of a training while it runs: its session as it is. */
export interface QueuedTrainingReport {
  session: TrainingSession;
}

/** How a host's session ended, and what it has sent to the API. */
export interface QueuedTrainingOutcome {
  session: TrainingSession;
  /** Name of the host. */
  host: string;
  /** The run that ended: what it sent lies under this number. */
  run: number;
  files: SentFile[];
}

/** A file that a host has sent. `path` as in `ArtifactFile`. */
export interface SentFile {
  path: string;
  sha256: string;
}

/** A training host as `GET /hosts` shows it. */
export interface TrainingHostInfo {
  name: string;
  /** `queue`: it takes trainings out of the queue; `direct`: the API sends them to it. */
  mode: 'queue' | 'direct';
  /** `silent`: it has not been heard for longer than hosts take between two signs of life, or does not answer. */
  status: 'up' | 'silent';
  /** What it trains with, in order of preference. */
  engines: HostDescription['engines'];
  engine_setting: HostDescription['engine_setting'] | null;
  sessions_running: number;
  sessions_max: number | null;
  /** Operations whose trainings it runs; `null` where it does not say. */
  operations: string[] | null;
  /** ISO 8601; `null` where it never answered. */
  last_heartbeat: string | null;
}

/** `data` of `GET /hosts`. */
export interface HostList {
  /** Where trainings run: beside the API, on one host, or on the hosts of a queue. */
  mode: 'local' | 'host' | 'queue';
  hosts: TrainingHostInfo[];
}
