import type { BarsDetails, ShowBarsQuery } from '@ktrdr/contracts';
import { answer } from '../answer.js';
import { type CommandContext, openApi } from '../context.js';
import type { ExitCode } from '../exit-code.js';
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
  options: ReadOptions,
): Promise<ExitCode> {
  const query: ShowBarsQuery = { symbol, timeframe, points: POINTS };
  const details = await openApi(context, options).get<BarsDetails>('/data/show', query, TIMEOUT_MS);
  return answer(context, options, details, {
    view: barsView,
    names: ({ info }) => [info.file],
  });
}
