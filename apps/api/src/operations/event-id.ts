import { hash } from 'node:crypto';
import type { Operation } from '@ktrdr/contracts';

/**
 * `id:` of an event: attempt and a hash of the state, as in `1.9f3a2c1b40d7`. It depends only on the operation's state, so every
 * API gives a state the same id, also after a restart. Ids have no order: progress can fall within an attempt, because another
 * host continues a training from its last checkpoint.
 */
export function eventId({ attempt, status, progress, warnings, resumable }: Readonly<Operation>): string {
  const { percentage, items_processed, steps_completed, current_step, current_item } = progress;
  const done = items_processed ?? steps_completed;
  const state = [status, percentage, done, current_step, current_item, warnings, resumable];
  return `${attempt}.${hash('sha1', JSON.stringify(state)).slice(0, 12)}`;
}
