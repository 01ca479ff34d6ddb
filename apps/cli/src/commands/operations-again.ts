import type { OperationStarted } from '@ktrdr/contracts';
import { operationPath } from '../api-client.js';
import { type ChangeOptions, changeOperations } from '../change-operations.js';
import type { CommandContext } from '../context.js';
import type { ExitCode } from '../exit-code.js';
import { missingHost } from '../missing-host.js';
import { oneOperation } from '../one-operation.js';
import { superviseOperation } from '../supervise-operation.js';
import { noteOtherPlace } from '../training-place.js';

interface AgainOptions extends ChangeOptions {
  detach?: boolean;
}

/** `ktrdr operations resume`: starts the next attempt from the last checkpoint and follows it to its end. */
export function resumeOperation(
  context: CommandContext,
  ids: string[],
  options: AgainOptions,
): Promise<ExitCode> {
  return runAgain(context, 'resume', ids, options);
}

/** `ktrdr operations retry`: starts the next attempt from the beginning and follows it to its end. */
export function retryOperation(
  context: CommandContext,
  ids: string[],
  options: AgainOptions,
): Promise<ExitCode> {
  return runAgain(context, 'retry', ids, options);
}

/** One operation is followed; several are started and not followed. */
async function runAgain(
  context: CommandContext,
  how: 'resume' | 'retry',
  ids: string[],
  options: AgainOptions,
): Promise<ExitCode> {
  // fails on an invalid value before anything starts
  context.wantsHostService();
  const id = oneOperation(how, ids, options);
  if (id === null) return changeOperations(context, how, ids, options);
  return superviseOperation(
    context,
    {
      kind: 'again',
      id,
      open: async (api) => {
        const started = await api.post<OperationStarted>(`${operationPath(id)}/${how}`);
        await noteOtherPlace(context, api, started);
        return started;
      },
      detach: options.detach,
      obstacle: async (api) => {
        const { operation_type } = await api.operation(id);
        return operation_type === 'training' ? missingHost(api) : null;
      },
    },
    options,
  );
}
