import type { OperationStarted } from '@ktrdr/contracts';
import { operationPath } from '../api-client.js';
import type { CommandContext } from '../context.js';
import type { ExitCode } from '../exit-code.js';
import { superviseOperation } from '../supervise-operation.js';
import type { ReadOptions } from '../read-options.js';

export interface ResumeOptions extends ReadOptions {
  detach?: boolean;
}

/** `ktrdr operations resume`: the next attempt, followed to its end. */
export function resumeOperation(
  context: CommandContext,
  id: string,
  { detach, json, verbose }: ResumeOptions,
): Promise<ExitCode> {
  return superviseOperation(
    context,
    {
      kind: 'resume',
      id,
      resume: (api) => api.post<OperationStarted>(`${operationPath(id)}/resume`),
      detach,
    },
    { json, verbose },
  );
}
