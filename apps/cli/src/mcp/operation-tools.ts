import {
  type CancelOperationResponse,
  isTerminalStatus,
  type TrainingResult,
  type TypedOperation,
} from '@ktrdr/contracts';
import * as z from 'zod';
import { operationPath, type ApiClient } from '../api-client.js';
import { cancelReason } from '../cancel-reason.js';
import { pageOf } from './change-tools.js';
import { defineTool, type Tool } from './tool.js';

const LOOK_EVERY_MS = 500;
/** Most clients abandon a call after 60 s by default. */
const DEFAULT_WAIT_S = 45;
/** Longer lists of a result are left out: the page has them. */
const MOST_ENTRIES = 20;

const ID = z.string().describe('operation id');

/** Tools that follow and end operations. */
export const OPERATION_TOOLS: readonly Tool[] = [
  defineTool({
    name: 'wait_for_operation',
    description:
      'Waits until an operation has ended, at most the given seconds, with progress. Answers with its status, error and result: the verdict first. Call it again while it is running.',
    role: 'read',
    isDestructive: false,
    input: z.object({ operation_id: ID, seconds: z.number().min(0).max(600).default(DEFAULT_WAIT_S) }),
    run: async ({ api, clock, signal, progress }, { operation_id: id, seconds }) => {
      const latest = clock.monotonic() + seconds * 1000;
      let told = '';
      for (;;) {
        const operation = await api.operation(id);
        const { percentage, current_step: step } = operation.progress;
        const line = `${operation.status}${step === null ? '' : `: ${step}`}`;
        if (told !== line) await progress(percentage, line);
        told = line;
        const rest = latest - clock.monotonic();
        if (isTerminalStatus(operation.status) || rest <= 0 || signal.aborted)
          return { data: outcomeOf(operation), page: pageOf(id) };
        await clock.sleep(Math.min(LOOK_EVERY_MS, rest), signal).catch(() => undefined);
      }
    },
  }),
  defineTool({
    name: 'cancel_operation',
    description:
      'Cancels an operation. Its work has ended when its status is cancelled: use wait_for_operation.',
    role: 'operate',
    isDestructive: true,
    input: z.object({ operation_id: ID, reason: z.string().optional() }),
    run: async ({ api }, { operation_id: id, reason = cancelReason('ktrdr mcp') }) => ({
      data: await cancel(api, id, reason),
      page: pageOf(id),
    }),
  }),
];

function cancel(api: ApiClient, id: string, reason: string): Promise<CancelOperationResponse> {
  return api.post<CancelOperationResponse>(`${operationPath(id)}/cancel`, { reason });
}

function outcomeOf(operation: TypedOperation): object {
  const { operation_id, operation_type, status, attempt, progress, error, warnings, resumable } = operation;
  const verdict = (operation.result as Partial<TrainingResult> | null)?.verdict ?? null;
  return {
    operation_id,
    operation_type,
    status,
    attempt,
    percentage: progress.percentage,
    current_step: progress.current_step,
    error,
    warnings,
    resumable,
    verdict: verdict === null ? null : { label: verdict.label, reasons: verdict.reasons },
    result: shortened(operation.result),
  };
}

/** Without long lists, such as equity curves and histories. */
function shortened(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value ?? null, (_key, part: unknown) =>
      Array.isArray(part) && part.length > MOST_ENTRIES ? `${part.length} entries, see the page` : part,
    ),
  );
}
