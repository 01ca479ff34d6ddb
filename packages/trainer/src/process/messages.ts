/** What the parent and the trainer's process say to each other over IPC (structured clone: NaN stays NaN). */
import type { ErrorBody, TrainingProgressUpdate } from '@ktrdr/contracts';
import type { TrainingRunOutcome, TrainingRunRequest } from '../run/training-run.js';

export type ParentMessage =
  /** The answer to `ready`. */
  | { type: 'start'; request: TrainingRunRequest }
  /** Stop at the next batch and leave. */
  | { type: 'cancel' };

export type ChildMessage =
  /** Listening. */
  | { type: 'ready' }
  /** Sent by a timer: the event loop turns. */
  | { type: 'heartbeat' }
  | { type: 'progress'; update: TrainingProgressUpdate }
  /** One was written: the run can be resumed, however it ends. */
  | { type: 'checkpoint' }
  /** What the outcome will warn of, as soon as it is known. */
  | { type: 'warnings'; warnings: string[] }
  /** One of these three is the last message. */
  | { type: 'completed'; outcome: TrainingRunOutcome }
  | { type: 'failed'; error: ErrorBody }
  | { type: 'cancelled' };

const OBJECT_FIELD = {
  ready: null,
  heartbeat: null,
  progress: 'update',
  checkpoint: null,
  warnings: 'warnings',
  completed: 'outcome',
  failed: 'error',
  cancelled: null,
} as const satisfies Record<ChildMessage['type'], string | null>;

/** Tells a child's message from anything else that comes through the channel. */
export function isChildMessage(value: unknown): value is ChildMessage {
  if (typeof value !== 'object' || value === null) return false;
  const message = value as Record<string, unknown>;
  if (typeof message.type !== 'string' || !Object.hasOwn(OBJECT_FIELD, message.type)) return false;
  const field = OBJECT_FIELD[message.type as ChildMessage['type']];
  return field === null || (typeof message[field] === 'object' && message[field] !== null);
}
