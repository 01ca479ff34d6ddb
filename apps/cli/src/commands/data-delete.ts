import { type BarsDetails, type BarsQuery, type DeletedBars, printable } from '@ktrdr/contracts';
import type { ApiClient } from '../api-client.js';
import { UsageError } from '../cli-error.js';
import { confirm } from '../confirm.js';
import { answer } from '../answer.js';
import { type CommandContext, openApi } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import type { ReadOptions } from '../read-options.js';
import { counted } from '../views/numbers.js';

/** Timeout, ms: the API reads the file. */
const TIMEOUT_MS = 600_000;
const MOST_MODELS = 3;

/** `ktrdr data delete`: deletes a bars file, after a confirmation that names the models trained on it. */
export async function deleteData(
  context: CommandContext,
  symbol: string,
  timeframe: string,
  { yes, ...options }: ReadOptions & { yes?: boolean },
): Promise<ExitCode> {
  const { output } = context;
  const api = openApi(context, options);
  const query: BarsQuery = { symbol, timeframe };
  if (!yes) {
    if (context.input.isTTY !== true) {
      throw new UsageError(
        `Deleting ${symbol} ${timeframe} cannot be undone, and there is no terminal for a confirmation: add --yes.`,
      );
    }
    if (!(await confirm(context, await question(api, query)))) {
      output.err('Nothing was deleted.');
      return EXIT.cancelled;
    }
  }
  const deleted = await api.delete<DeletedBars>('/data', query);
  return answer(context, options, deleted, {
    view: ({ file }) => `Deleted ${printable(file)}.`,
    names: ({ file }) => [file],
  });
}

async function question(api: ApiClient, query: BarsQuery): Promise<string> {
  const { info, models } = await api.get<BarsDetails>('/data/show', { ...query, points: 1 }, TIMEOUT_MS);
  const named = models.slice(0, MOST_MODELS).map(({ model }) => model);
  const more = models.length - named.length;
  const users =
    models.length === 0
      ? ''
      : `${counted(models.length, 'model was', 'models were')} trained on it: ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}.\n`;
  const bars = info.rows === null ? '' : ` (${counted(info.rows, 'bar')})`;
  return printable(`${users}Delete ${info.file}${bars} permanently?`);
}
