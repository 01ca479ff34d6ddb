import type { BarsDetails, ShowBarsQuery } from '@ktrdr/contracts';
import { type CommandContext, openApi } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import type { ReadOptions } from '../read-options.js';
import { barsView } from '../views/bars-view.js';

/** Timeout, ms: the API reads the file. */
const TIMEOUT_MS = 600_000;
/** Two columns of dots for each character of a wide chart. */
const POINTS = 200;

/** `ktrdr data show`: one bars file, with its chart. */
export async function showData(
  context: CommandContext,
  symbol: string,
  timeframe: string,
  { json, verbose }: ReadOptions,
): Promise<ExitCode> {
  const { output } = context;
  const query: ShowBarsQuery = { symbol, timeframe, points: POINTS };
  const details = await openApi(context, { verbose }).get<BarsDetails>('/data/show', query, TIMEOUT_MS);
  const { columns, style, unicode } = output;
  if (json) output.json(details);
  else output.out(barsView(details, { columns, unicode, style }));
  return EXIT.completed;
}
