import { printable, type DeleteModelResponse } from '@ktrdr/contracts';
import { UsageError } from '../cli-error.js';
import { confirm } from '../confirm.js';
import { answer } from '../answer.js';
import { type CommandContext, openApi } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { modelPath } from '../model-name.js';
import type { ReadOptions } from '../read-options.js';

export interface DeleteOptions extends ReadOptions {
  /** Skips the confirmation. */
  yes?: boolean;
}

/**
 * Deletes a model permanently, after a confirmation on a terminal.
 *
 * @param model `strategy/version`, as `models list` shows it
 */
export async function deleteModel(
  context: CommandContext,
  model: string,
  { yes, ...options }: DeleteOptions,
): Promise<ExitCode> {
  const path = modelPath(model);
  if (!yes) {
    if (context.input.isTTY !== true) {
      throw new UsageError(
        `Deleting ${model} cannot be undone, and there is no terminal for a confirmation: add --yes.`,
      );
    }
    if (!(await confirm(context, `Delete ${printable(model)} permanently?`))) {
      context.output.err('Nothing was deleted.');
      return EXIT.cancelled;
    }
  }
  const deleted = await openApi(context, options).delete<DeleteModelResponse>(path);
  return answer(context, options, deleted, {
    view: (gone) => `Deleted ${printable(gone.model)}.`,
    names: (gone) => [gone.model],
  });
}
