import type { DataSourceList } from '@ktrdr/contracts';
import type { CommandContext } from '../context.js';
import type { ExitCode } from '../exit-code.js';
import type { ReadOptions } from '../read-options.js';
import { showList } from '../show-list.js';
import { sourcesView } from '../views/download-view.js';

/** `ktrdr data sources` */
export function listSources(context: CommandContext, options: ReadOptions): Promise<ExitCode> {
  return showList<DataSourceList>(context, options, {
    load: (api) => api.get('/data/sources'),
    view: ({ sources }, screen) => sourcesView(sources, screen),
    names: ({ sources }) => sources.map(({ name }) => name),
  });
}
