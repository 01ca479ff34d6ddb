import type { HostList } from '@ktrdr/contracts';
import type { CommandContext } from '../context.js';
import type { ExitCode } from '../exit-code.js';
import type { ListOptions } from '../list-command.js';
import { showList } from '../show-list.js';
import { hostsView } from '../views/hosts-view.js';

/** `ktrdr hosts` */
export function listHosts(context: CommandContext, options: ListOptions): Promise<ExitCode> {
  return showList<HostList>(context, options, {
    load: (api) => api.get('/hosts'),
    view: hostsView,
    names: ({ hosts }) => hosts.map(({ name }) => name),
  });
}
