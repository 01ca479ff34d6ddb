import type { IndicatorList } from '@ktrdr/contracts';
import { type CommandContext, openApi } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { indicatorsView } from '../views/indicators-view.js';
import type { ReadOptions } from '../read-options.js';

export async function listIndicators(
  context: CommandContext,
  { json, verbose }: ReadOptions,
): Promise<ExitCode> {
  const { output } = context;
  const list = await openApi(context, { verbose }).get<IndicatorList>('/indicators');
  if (json) output.json(list);
  else output.out(indicatorsView(list, output.columns, output.style));
  return EXIT.completed;
}
