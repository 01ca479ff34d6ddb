import type { OperationList } from '@ktrdr/contracts';
import type { CommandContext } from '../context.js';
import type { ExitCode } from '../exit-code.js';
import { type FilterOptions, filterQuery } from '../operation-filters.js';
import type { ListOptions } from '../list-command.js';
import { showList } from '../show-list.js';
import { operationsView } from '../views/operations-view.js';

/** `ktrdr operations list` */
export function listOperations(
  context: CommandContext,
  { limit, offset, ...options }: FilterOptions & ListOptions & { limit?: number; offset?: number },
): Promise<ExitCode> {
  return showList<OperationList>(context, options, {
    load: (api) => api.get('/operations', { ...filterQuery(options, context.clock.now()), limit, offset }),
    view: (list, screen) => operationsView(list, offset ?? 0, screen),
    names: ({ operations }) => operations.map(({ operation_id }) => operation_id),
  });
}
