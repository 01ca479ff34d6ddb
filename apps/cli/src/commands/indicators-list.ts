import type { IndicatorList } from '@ktrdr/contracts';
import type { CommandContext } from '../context.js';
import type { ExitCode } from '../exit-code.js';
import type { ReadOptions } from '../read-options.js';
import { showList } from '../show-list.js';
import { indicatorsView } from '../views/indicators-view.js';

/** `ktrdr indicators list` */
export function listIndicators(context: CommandContext, options: ReadOptions): Promise<ExitCode> {
  return showList<IndicatorList>(context, options, {
    load: (api) => api.get('/indicators'),
    view: indicatorsView,
    names: ({ indicators }) => indicators.map(({ type }) => type),
  });
}
