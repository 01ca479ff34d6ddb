import type { StrategyList } from '@ktrdr/contracts';
import type { CommandContext } from '../context.js';
import type { ExitCode } from '../exit-code.js';
import type { ListOptions } from '../list-command.js';
import { showList } from '../show-list.js';
import { strategiesView } from '../views/strategies-view.js';

/** `ktrdr strategies list` */
export function listStrategies(context: CommandContext, options: ListOptions): Promise<ExitCode> {
  return showList<StrategyList>(context, options, {
    load: (api) => api.get('/strategies'),
    view: strategiesView,
    names: ({ strategies }) => strategies.map(({ name }) => name),
  });
}
