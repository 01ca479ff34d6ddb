import type { ModelDetails } from '@ktrdr/contracts';
import { UsageError } from '../cli-error.js';
import { type CommandContext, openApi } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { modelView } from '../views/models-view.js';
import type { ReadOptions } from '../read-options.js';

/** @param model `strategy/version`, as `models list` shows it */
export async function showModel(
  context: CommandContext,
  model: string,
  { json, verbose }: ReadOptions,
): Promise<ExitCode> {
  const [strategy = '', version = '', ...more] = model.split('/');
  if (strategy === '' || version === '' || more.length > 0) {
    throw new UsageError(`'${model}' is not a model's name; one looks like test_strategy/1h_v3.`);
  }
  const path = `/models/${encodeURIComponent(strategy)}/${encodeURIComponent(version)}`;
  const details = await openApi(context, { verbose }).get<ModelDetails>(path);
  if (json) context.output.json(details);
  else context.output.out(modelView(details, context.output.style));
  return EXIT.completed;
}
