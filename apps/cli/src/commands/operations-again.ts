import type { OperationStarted } from '@ktrdr/contracts';
import { operationPath } from '../api-client.js';
import type { CommandContext } from '../context.js';
import type { ExitCode } from '../exit-code.js';
import { superviseOperation } from '../supervise-operation.js';
import type { ReadOptions } from '../read-options.js';

export interface AgainOptions extends ReadOptions {
  detach?: boolean;
}

/** `ktrdr operations resume` and `retry`: the next attempt, from the last checkpoint or the beginning, followed to its end. */
export function runAgain(
  context: CommandContext,
  how: 'resume' | 'retry',
  id: string,
  { detach, json, verbose }: AgainOptions,
): Promise<ExitCode> {
  return superviseOperation(
    context,
    {
      kind: 'again',
      id,
      open: (api) => api.post<OperationStarted>(`${operationPath(id)}/${how}`),
      detach,
    },
    { json, verbose },
  );
}
