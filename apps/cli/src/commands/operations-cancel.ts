import type { CommandContext } from '../context.js';
import type { ExitCode } from '../exit-code.js';
import { superviseOperation } from '../supervise-operation.js';
import type { ReadOptions } from '../read-options.js';

export interface CancelOptions extends ReadOptions {
  reason?: string;
  /** Skips the grace time. */
  force?: boolean;
}

/** `ktrdr operations cancel`: returns when the work has ended. Exit code 1 if the operation completed or failed first. */
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
