import type { BarsList } from '@ktrdr/contracts';
import { type CommandContext, openApi } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import type { ReadOptions } from '../read-options.js';
import { barsListView } from '../views/bars-view.js';

/** Timeout, ms: the API reads files that it does not know yet. */
const TIMEOUT_MS = 600_000;

/** `ktrdr data list`: the bars files of the API. */
export async function listData(context: CommandContext, { json, verbose }: ReadOptions): Promise<ExitCode> {
  const { output } = context;
  const { bars } = await openApi(context, { verbose }).get<BarsList>('/data', {}, TIMEOUT_MS);
  if (json) output.json({ bars });
  else output.out(barsListView(bars, output.columns, output.style));
  return EXIT.completed;
}
