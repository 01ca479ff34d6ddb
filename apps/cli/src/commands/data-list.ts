import type { BarsList } from '@ktrdr/contracts';
import type { CommandContext } from '../context.js';
import type { ExitCode } from '../exit-code.js';
import type { ListOptions } from '../list-command.js';
import { showList } from '../show-list.js';
import { barsListView } from '../views/bars-view.js';

/** Timeout, ms: the API reads files that it does not know yet. */
const TIMEOUT_MS = 600_000;

/** `ktrdr data list`: the bars files of the API. */
export function listData(context: CommandContext, options: ListOptions): Promise<ExitCode> {
  return showList<BarsList>(context, options, {
    load: (api) => api.get('/data', {}, TIMEOUT_MS),
    view: ({ bars }, screen) => barsListView(bars, screen),
    names: ({ bars }) => bars.map(({ symbol, timeframe }) => `${symbol} ${timeframe}`),
  });
}
