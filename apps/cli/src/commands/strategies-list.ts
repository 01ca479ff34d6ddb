import type { StrategyList } from '@ktrdr/contracts';
import { type CommandContext, openApi } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { strategiesView } from '../views/strategies-view.js';
import type { ReadOptions } from '../read-options.js';

export async function listStrategies(
  context: CommandContext,
  { json, verbose }: ReadOptions,
): Promise<ExitCode> {
  const { output } = context;
  const list = await openApi(context, { verbose }).get<StrategyList>('/strategies');
  if (json) output.json(list);
  else output.out(strategiesView(list, output.columns, output.style));
  return EXIT.completed;
}
