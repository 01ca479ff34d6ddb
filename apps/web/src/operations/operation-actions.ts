import { actionRefusal, type OperationAction, type TypedOperationSummary } from '@ktrdr/contracts';
import { request } from '../api/client.js';

/** Settings of a cancel. */
export interface CancelSettings {
  reason: string;
  /** Without the grace period. */
  force: boolean;
}

/** How an action is called and what it does. */
export const ACTION_WORDS: Readonly<Record<OperationAction, { verb: string; effect: string }>> = {
  cancel: {
    verb: 'Cancel',
    effect: 'The work stops. A training keeps its newest checkpoint, if it has one.',
  },
  resume: { verb: 'Resume', effect: 'The next attempt continues from the last state.' },
  retry: { verb: 'Retry', effect: 'The next attempt starts from the beginning.' },
};

/** Operations that an action applies to, and those that it does not apply to, with the reason. */
export function planOf(
  action: OperationAction,
  operations: readonly TypedOperationSummary[],
): { hit: TypedOperationSummary[]; leftOut: { operation: TypedOperationSummary; reason: string }[] } {
  const hit: TypedOperationSummary[] = [];
  const leftOut: { operation: TypedOperationSummary; reason: string }[] = [];
  for (const operation of operations) {
    const reason = actionRefusal(action, operation);
    if (reason === null) hit.push(operation);
    else leftOut.push({ operation, reason });
  }
  return { hit, leftOut };
}

/** Applies an action to one operation. @returns what the API says @throws ApiError */
export async function act(action: OperationAction, id: string, cancel: CancelSettings): Promise<string> {
  const params = { id };
  if (action === 'resume') return (await request('resumeOperation', { params })).message;
  if (action === 'retry') return (await request('retryOperation', { params })).message;
  const reason = cancel.reason.trim();
  const body = { ...(reason === '' ? {} : { reason }), force: cancel.force };
  return (await request('cancelOperation', { params, body })).message;
}

/** Applies `one` to every id, at most `most` at a time, in order. */
export async function eachAtMost(
  ids: readonly string[],
  most: number,
  one: (id: string) => Promise<void>,
): Promise<void> {
  const waiting = [...ids];
  const work = async (): Promise<void> => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) await one(id);
  };
  await Promise.all(Array.from({ length: Math.min(most, ids.length) }, work));
}
