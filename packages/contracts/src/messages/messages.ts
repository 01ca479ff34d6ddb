import type { ErrorRecord } from '../error-record.js';
import type { EpochMetrics } from '../operation-metrics.js';
import type { TrainingProgressUpdate } from '../training-progress.js';
import type { QueuedTrainingOutcome, QueuedTrainingReport } from '../training-queue.js';
import type { TrainingResult } from '../training-result.js';
import type { HostDescription, StartSessionRequest, TrainingSession } from '../training-session.js';
import type { SessionArtifacts } from '../artifacts.js';

/**
 * Every message that another process sends to the API or to a host, apart from requests: answers of a training host, jobs and reports
 * of the queue, and messages of a training process. The build makes a schema and a validator of each; `readMessage` uses them. A list
 * or text without a bound of its own has the general one of the build.
 */
export interface Messages {
  // answers of a training host
  HostDescription: HostDescription;
  SessionArtifacts: SessionArtifacts;
  TrainingSession: TrainingSession;
  // the queue
  QueuedTrainingOutcome: QueuedTrainingOutcome;
  StartSessionRequest: StartSessionRequest;
  TrainingHostMessage: TrainingHostMessage;
  TrainingJob: TrainingJob;
  TrainingJobMessage: TrainingJobMessage;
  TrainingJobReport: TrainingJobReport;
  // a training process
  TrainerMessage: TrainerMessage;
}

/**
 * A whole number from 0.
 *
 * @asType integer
 * @minimum 0
 * @maximum 9007199254740991
 */
type Count = number;

/** A job in the queue of trainings. */
export interface TrainingJob {
  data: StartSessionRequest;
  /** @maxLength 64 */
  user: string | null;
  userLimit: Count;
}

/** A host's report about a job. */
export interface TrainingJobReport {
  run: Count;
  /** @maxLength 300 */
  worker: string;
  begun: boolean;
  report: QueuedTrainingReport | null;
  number?: Count | null;
  undecided?: true;
}

/** A message to the host of a job. */
export type TrainingJobMessage =
  | { type: 'begin'; run: Count }
  | { type: 'cancel'; reason: string | null; force: boolean };

/** An announcement of a host of the queue. */
export type TrainingHostMessage =
  | {
      /** @maxLength 300 */
      name: string;
      /** @maxItems 1000 */
      jobs: string[];
      concurrency: Count;
      description: HostDescription;
    }
  | {
      /** @maxLength 300 */
      name: string;
      left: true;
    };

/** How a run of a training process ended. */
export interface TrainerOutcome {
  /** `artifacts.model` and `model_path` are `null` until the model is committed. */
  result: TrainingResult;
  warnings: string[];
}

/** A message of a training process to the service that has started it. */
export type TrainerMessage =
  /** The child listens for messages. */
  | { type: 'ready' }
  /** Sent by a timer, to show that the event loop runs. `rss`: resident memory, bytes. */
  | { type: 'heartbeat'; rss?: number }
  /** `ended`: the values of an epoch, at its end. */
  | { type: 'progress'; update: TrainingProgressUpdate; ended?: EpochMetrics | null }
  /** A checkpoint was written: the run can be resumed. */
  | { type: 'checkpoint' }
  /** Warnings, as soon as they are known. */
  | { type: 'warnings'; warnings: string[] }
  /** The last message is one of these three. */
  | { type: 'completed'; outcome: TrainerOutcome }
  | { type: 'failed'; error: ErrorRecord }
  | { type: 'cancelled' };
