import type { HostList } from '@ktrdr/contracts';
import { type CommandContext, openApi } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import type { ReadOptions } from '../read-options.js';
import { hostsView } from '../views/hosts-view.js';

/** `ktrdr hosts` */
export async function listHosts(context: CommandContext, { json, verbose }: ReadOptions): Promise<ExitCode> {
  const { output, clock } = context;
  const list = await openApi(context, { verbose }).get<HostList>('/hosts');
  if (json) output.json(list);
  else output.out(hostsView(list, { now: clock.now(), style: output.style }));
  return EXIT.completed;
}
