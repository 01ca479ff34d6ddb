import type { CommandContext } from '../context.js';
import type { ExitCode } from '../exit-code.js';
import { superviseOperation } from '../supervise-operation.js';
import type { ReadOptions } from '../read-options.js';

export interface CancelOptions extends ReadOptions {
  reason?: string;
  /** Without the time to stop by itself. */
  force?: boolean;
}

/** `ktrdr operations cancel`: returns once the work has really ended. Exit code 1 where it completed or failed before. */
export function cancelOperation(
  context: CommandContext,
  id: string,
  { reason, force, json, verbose }: CancelOptions,
): Promise<ExitCode> {
  return superviseOperation(
    context,
    {
      kind: 'cancel',
      id,
      cancel: async (api) => {
        await api.cancelOperation(id, { reason, force: force });
      },
    },
    { json, verbose },
  );
}
