import { isTerminalStatus, type OperationStatus, type OperationType } from '@ktrdr/contracts';
import type { ApiError } from './cli-error.js';
import { START_COMMANDS } from './examples.js';

/** What the API says about the operation that it refused to cancel, resume or retry. */
interface Refused {
  operation_id: string;
  operation_type: OperationType;
  status: OperationStatus;
}

/** Commands that help after the API refused to cancel, resume or retry an operation, one a line. Empty for other errors. */
export function nextCommands({ code, details }: ApiError): string[] {
  if (!['operation_ended', 'not_resumable', 'not_retryable'].includes(code) || !isRefused(details)) return [];
  const { operation_id, operation_type, status } = details;
  const show = `  show it: ktrdr operations show ${operation_id}`;
  if (code === 'operation_ended') return [show];
  if (status === 'completed') return [show, `  start a new one: ${START_COMMANDS[operation_type]}`];
  const follow = `  follow it: ktrdr operations follow ${operation_id}`;
  if (status === 'cancelling') return [follow];
  if (!isTerminalStatus(status)) return [follow, `  cancel it: ktrdr operations cancel ${operation_id}`];
  return code === 'not_resumable' ? [`  start it again: ktrdr operations retry ${operation_id}`] : [];
}

/** An API of an earlier version does not name the operation. */
function isRefused(details: unknown): details is Refused {
  return typeof details === 'object' && details !== null && 'operation_id' in details && 'status' in details;
}
