import { hash } from 'node:crypto';
import { isTerminalStatus, type Operation, type OperationStatus } from '@ktrdr/contracts';

/** Order of the statuses within an attempt. */
const RANKS: Readonly<Record<OperationStatus, number>> = {
  pending: 0,
  running: 1,
  cancelling: 2,
  completed: 3,
  failed: 3,
  cancelled: 3,
};

/**
 * Position of a state in an operation's life: attempt, rank of the status, tenths of a percent, items done. Positions only
 * increase in lexicographic order, whichever process runs the operation. `words` is a hash that distinguishes states at the
 * same position.
 */
export interface EventId {
  position: readonly number[];
  words: string;
}

const PATTERN = /^(\d{1,15})\.([0-3])\.(\d{1,4})\.(\d{1,15})\.([0-9a-f]{8})$/;

/**
 * `id:` of an event: `1.1.437.51200.9f3a2c1b`. It depends only on the operation's state, so every API gives a state the same
 * id, also after a restart.
 */
export function eventId({ attempt, status, progress, warnings, resumable }: Readonly<Operation>): string {
  const { percentage, items_processed, steps_completed, current_step, current_item } = progress;
  const done = Math.round(items_processed ?? steps_completed ?? 0);
  const words = hash('sha1', JSON.stringify([current_step, current_item, warnings, resumable]));
  return [attempt, RANKS[status], Math.round(percentage * 10), done, words.slice(0, 8)].join('.');
}

/** `null` if the text is not a valid id: the client then gets the current state, like a new client. */
export function readEventId(text: string | undefined): EventId | null {
  const match = PATTERN.exec(text ?? '');
  if (match === null) return null;
  return { position: match.slice(1, 5).map(Number), words: match[5] ?? '' };
}

/** Whether the event `id` is new to a client whose last event was `seen`. */
export function isNewer(id: string, seen: EventId): boolean {
  const event = readEventId(id);
  if (event === null) return true;
  for (const [index, at] of event.position.entries()) {
    const before = seen.position[index] ?? 0;
    if (at !== before) return at > before;
  }
  return event.words !== seen.words;
}

/** Whether the operation has ended and the client has seen its final state. */
export function sawTheEnd({ position: [attempt, rank] }: EventId, operation: Readonly<Operation>): boolean {
  return isTerminalStatus(operation.status) && attempt === operation.attempt && rank === RANKS.completed;
}
