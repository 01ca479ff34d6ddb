import type { ModelDetails } from '@ktrdr/contracts';
import { type CommandContext, openApi } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { modelPath } from '../model-name.js';
import { modelView } from '../views/models-view.js';
import type { ReadOptions } from '../read-options.js';

/** @param model `strategy/version`, as `models list` shows it */
export async function showModel(
  context: CommandContext,
  model: string,
  { json, verbose }: ReadOptions,
): Promise<ExitCode> {
  const details = await openApi(context, { verbose }).get<ModelDetails>(modelPath(model));
  if (json) context.output.json(details);
  else context.output.out(modelView(details, verbose, context.output.style));
  return EXIT.completed;
}
