import type { AuditList, ListAuditQuery } from '@ktrdr/contracts';
import type { CommandContext } from '../context.js';
import type { ExitCode } from '../exit-code.js';
import type { ListOptions } from '../list-command.js';
import { showList } from '../show-list.js';
import { auditView } from '../views/access-view.js';

/** `ktrdr audit list` */
export function listAudit(
  context: CommandContext,
  { json, quiet, verbose, watch, ...query }: ListAuditQuery & ListOptions,
): Promise<ExitCode> {
  return showList<AuditList>(
    context,
    { json, quiet, verbose, watch },
    {
      load: (api) => api.get('/audit', query),
      view: (list, screen) => auditView(list, query.offset ?? 0, screen),
      names: ({ entries }) =>
        entries.map(({ at, caller, action, target }) => [at, caller ?? '-', action, target].join(' ')),
    },
  );
}
