import type { OperationsRemoved } from '@ktrdr/contracts';
import { UsageError } from '../cli-error.js';
import { confirm } from '../confirm.js';
import { answer } from '../answer.js';
import { type CommandContext, openApi } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import type { ReadOptions } from '../read-options.js';
import { counted } from '../views/numbers.js';

export interface PruneOptions extends ReadOptions {
  /** Days. */
  olderThan: number;
  /** Skips the confirmation. */
  yes?: boolean;
}

/** `ktrdr operations prune`: removes the records of old operations, after a confirmation on a terminal. */
export async function pruneOperations(
  context: CommandContext,
  { olderThan, yes, ...options }: PruneOptions,
): Promise<ExitCode> {
  const which = `operations that ended more than ${counted(olderThan, 'day')} ago`;
  if (!yes) {
    if (context.input.isTTY !== true) {
      throw new UsageError(
        `Removing ${which} cannot be undone, and there is no terminal for a confirmation: add --yes.`,
      );
    }
    if (!(await confirm(context, `Remove ${which} permanently? Their models stay.`))) {
      context.output.err('Nothing was removed.');
      return EXIT.cancelled;
    }
  }
  const path = `/operations?older_than_days=${olderThan}`;
  const removed = await openApi(context, options).delete<OperationsRemoved>(path);
  return answer(context, options, removed, {
    view: (gone) => `Removed ${counted(gone.removed, 'operation')}.`,
    names: (gone) => [String(gone.removed)],
  });
}
