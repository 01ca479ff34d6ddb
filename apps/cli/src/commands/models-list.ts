import type { ListModelsQuery, ModelList } from '@ktrdr/contracts';
import type { CommandContext } from '../context.js';
import type { ExitCode } from '../exit-code.js';
import type { ListOptions } from '../list-command.js';
import { showList } from '../show-list.js';
import { modelsView } from '../views/models-view.js';

/** `ktrdr models list` */
export function listModels(
  context: CommandContext,
  { sort, ...options }: ListModelsQuery & ListOptions,
): Promise<ExitCode> {
  return showList<ModelList>(context, options, {
    load: (api) => api.get('/models', { sort }),
    view: modelsView,
    names: ({ models }) => models.map(({ model }) => model),
  });
}
