/** IPC messages between the parent and the trainer's process (structured clone keeps NaN). */
import type { ErrorBody, TrainingProgressUpdate } from '@ktrdr/contracts';
import type { TrainingRunOutcome, TrainingRunRequest } from '../run/training-run.js';

export type ParentMessage =
  /** The response to `ready`. */
  | { type: 'start'; request: TrainingRunRequest }
  /** Stop at the next batch and exit. */
  | { type: 'cancel' };

export type ChildMessage =
  /** The child listens for messages. */
  | { type: 'ready' }
  /** Sent by a timer, to show that the event loop runs. */
  | { type: 'heartbeat' }
  | { type: 'progress'; update: TrainingProgressUpdate }
  /** A checkpoint was written: the run can be resumed. */
  | { type: 'checkpoint' }
  /** Warnings, as soon as they are known. */
  | { type: 'warnings'; warnings: string[] }
  /** The last message is one of these three. */
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

/** Whether a value from the channel is a message of the child. */
export function isChildMessage(value: unknown): value is ChildMessage {
  if (typeof value !== 'object' || value === null) return false;
  const message = value as Record<string, unknown>;
  if (typeof message.type !== 'string' || !Object.hasOwn(OBJECT_FIELD, message.type)) return false;
  const field = OBJECT_FIELD[message.type as ChildMessage['type']];
  return field === null || (typeof message[field] === 'object' && message[field] !== null);
}
