import { isTerminalStatus, type OperationSummary } from './operation.js';

/** What a person can do with operations. */
export const OPERATION_ACTIONS = ['cancel', 'resume', 'retry'] as const;
export type OperationAction = (typeof OPERATION_ACTIONS)[number];

/** Why an action does not apply to an operation, as the end of a sentence; `null` if it applies. */
export function actionRefusal(
  action: OperationAction,
  { status, resumable }: Pick<OperationSummary, 'status' | 'resumable'>,
): string | null {
  const hasEnded = isTerminalStatus(status);
  if (action === 'cancel' ? hasEnded : !hasEnded || status === 'completed') return `it is ${status}`;
  return action === 'resume' && !resumable ? 'it has no state to resume from' : null;
}
