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
 * Position of a state in an operation's life: attempt, rank of the status, tenths of a percent, items done. None of them falls
 * before the one ahead of it rises, whichever process runs the operation. `words` tells apart states at one position.
 */
export interface EventId {
  position: readonly number[];
  words: string;
}

const PATTERN = /^(\d{1,15})\.([0-3])\.(\d{1,4})\.(\d{1,15})\.([0-9a-f]{8})$/;

/**
 * `id:` of an event: `1.1.437.51200.9f3a2c1b`. It is made of the operation alone, so that every API gives the same state the
 * same id, also after a restart.
 */
export function eventId({ attempt, status, progress, warnings, resumable }: Readonly<Operation>): string {
  const { percentage, items_processed, steps_completed, current_step, current_item } = progress;
  const done = Math.round(items_processed ?? steps_completed ?? 0);
  const words = hash('sha1', JSON.stringify([current_step, current_item, warnings, resumable]));
  return [attempt, RANKS[status], Math.round(percentage * 10), done, words.slice(0, 8)].join('.');
}

/** `null` where the text is not an id of ours: the client then gets the state as a new one does. */
export function readEventId(text: string | undefined): EventId | null {
  const match = PATTERN.exec(text ?? '');
  if (match === null) return null;
  return { position: match.slice(1, 5).map(Number), words: match[5] ?? '' };
}

/** Whether a client that has seen `seen` has not seen the event with the id `id` yet. */
export function isNewer(id: string, seen: EventId): boolean {
  const event = readEventId(id);
  if (event === null) return true;
  for (const [index, at] of event.position.entries()) {
    const before = seen.position[index] ?? 0;
    if (at !== before) return at > before;
  }
  return event.words !== seen.words;
}

/** Whether the operation has ended and the client has seen how. */
export function sawTheEnd({ position: [attempt, rank] }: EventId, operation: Readonly<Operation>): boolean {
  return isTerminalStatus(operation.status) && attempt === operation.attempt && rank === RANKS.completed;
}
