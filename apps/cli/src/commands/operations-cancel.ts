import { cancelReason } from '../cancel-reason.js';
import { type ChangeOptions, changeOperations } from '../change-operations.js';
import type { CommandContext } from '../context.js';
import type { ExitCode } from '../exit-code.js';
import { oneOperation } from '../one-operation.js';
import { superviseOperation } from '../supervise-operation.js';

/** `ktrdr operations cancel`: returns when the work has ended. Exit code 1 if an operation completed or failed first. */
export async function cancelOperation(
  context: CommandContext,
  ids: string[],
  options: ChangeOptions,
): Promise<ExitCode> {
  const id = oneOperation('cancel', ids, options);
  if (id === null) return changeOperations(context, 'cancel', ids, options);
  const { reason = cancelReason('ktrdr operations cancel'), force } = options;
  return superviseOperation(
    context,
    {
      kind: 'cancel',
      id,
      cancel: async (api) => {
        await api.cancelOperation(id, { reason, force });
      },
    },
    options,
  );
}
