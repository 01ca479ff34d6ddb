import type { Messages } from './messages.js';
import { readMessage } from './read-message.js';

const QUEUE = 'A process of the training queue';

/** Reads what arrives through the queue of trainings. */
export const TRAINING_QUEUE_READER = {
  job: (value: unknown): Messages['TrainingJob'] => readMessage('TrainingJob', value, QUEUE),
  report: (value: unknown): Messages['TrainingJobReport'] => readMessage('TrainingJobReport', value, QUEUE),
  outcome: (value: unknown): Messages['QueuedTrainingOutcome'] =>
    readMessage('QueuedTrainingOutcome', value, QUEUE),
  message: (value: unknown): Messages['TrainingJobMessage'] =>
    readMessage('TrainingJobMessage', value, QUEUE),
  worker: (value: unknown): Messages['TrainingHostMessage'] =>
    readMessage('TrainingHostMessage', value, QUEUE),
};
