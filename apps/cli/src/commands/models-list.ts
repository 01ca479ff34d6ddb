import type { ListModelsQuery, ModelList } from '@ktrdr/contracts';
import { type CommandContext, openApi } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { modelsView } from '../views/models-view.js';
import type { ReadOptions } from '../read-options.js';

export async function listModels(
  context: CommandContext,
  { sort, json, verbose }: ListModelsQuery & ReadOptions,
): Promise<ExitCode> {
  const list = await openApi(context, { verbose }).get<ModelList>('/models', { sort });
  if (json) context.output.json(list);
  else context.output.out(modelsView(list, context.output.columns, context.output.style));
  return EXIT.completed;
}
