import type { DataSourceList } from '@ktrdr/contracts';
import { type CommandContext, openApi } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import type { ReadOptions } from '../read-options.js';
import { sourcesView } from '../views/download-view.js';

/** `ktrdr data sources` */
export async function listSources(
  context: CommandContext,
  { json, verbose }: ReadOptions,
): Promise<ExitCode> {
  const list = await openApi(context, { verbose }).get<DataSourceList>('/data/sources');
  if (json) context.output.json(list);
  else context.output.out(sourcesView(list.sources, context.output.style));
  return EXIT.completed;
}
