import type { ModelDetails } from '@ktrdr/contracts';
import { answer } from '../answer.js';
import { type CommandContext, openApi } from '../context.js';
import type { ExitCode } from '../exit-code.js';
import { modelPath } from '../model-name.js';
import { modelView } from '../views/models-view.js';
import type { ReadOptions } from '../read-options.js';

/** @param model `strategy/version`, as `models list` shows it */
export async function showModel(
  context: CommandContext,
  model: string,
  options: ReadOptions,
): Promise<ExitCode> {
  const details = await openApi(context, options).get<ModelDetails>(modelPath(model));
  return answer(context, options, details, {
    view: (shown, { style }) => modelView(shown, options.verbose, style),
    names: ({ summary }) => [summary.model],
  });
}
