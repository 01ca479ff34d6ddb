import type { OperationStarted } from '@ktrdr/contracts';
import { operationPath } from '../api-client.js';
import type { CommandContext } from '../context.js';
import type { ExitCode } from '../exit-code.js';
import { missingHost } from '../missing-host.js';
import { superviseOperation } from '../supervise-operation.js';
import type { ReadOptions } from '../read-options.js';
import { noteOtherPlace } from '../training-place.js';

interface AgainOptions extends ReadOptions {
  detach?: boolean;
}

/** `ktrdr operations resume`: starts the next attempt from the last checkpoint and follows it to its end. */
export function resumeOperation(
  context: CommandContext,
  id: string,
  options: AgainOptions,
): Promise<ExitCode> {
  return runAgain(context, 'resume', id, options);
}

/** `ktrdr operations retry`: starts the next attempt from the beginning and follows it to its end. */
export function retryOperation(
  context: CommandContext,
  id: string,
  options: AgainOptions,
): Promise<ExitCode> {
  return runAgain(context, 'retry', id, options);
}

async function runAgain(
  context: CommandContext,
  how: 'resume' | 'retry',
  id: string,
  { detach, json, verbose }: AgainOptions,
): Promise<ExitCode> {
  // fails on an invalid value before anything starts
  context.wantsHostService();
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
      detach,
      obstacle: async (api) => {
        const { operation_type } = await api.operation(id);
        return operation_type === 'training' ? missingHost(api) : null;
      },
    },
    { json, verbose },
  );
}
