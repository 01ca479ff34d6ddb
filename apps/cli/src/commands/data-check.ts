import { isGrave, type DataCheck, type DataCheckQuery } from '@ktrdr/contracts';
import { type CommandContext, openApi } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import type { ReadOptions } from '../read-options.js';
import { dataReportsView } from '../views/data-reports-view.js';

/** Timeout, ms: the API reads every file before it answers. */
const TIMEOUT_MS = 600_000;

/** `ktrdr data check`: what is unusual about the bars. @returns `EXIT.failed` if a finding is grave */
export async function checkData(
  context: CommandContext,
  symbol: string | undefined,
  timeframe: string | undefined,
  { json, verbose }: ReadOptions,
): Promise<ExitCode> {
  const { output } = context;
  const query: DataCheckQuery = { symbol, timeframe };
  const { reports } = await openApi(context, { verbose }).get<DataCheck>('/data/check', query, TIMEOUT_MS);
  if (json) output.json({ reports });
  else output.out(dataReportsView(reports, output.style));
  return reports.some(({ findings }) => findings.some(isGrave)) ? EXIT.failed : EXIT.completed;
}
