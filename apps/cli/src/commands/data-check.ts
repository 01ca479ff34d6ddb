import { isGrave, type DataCheck, type DataCheckQuery } from '@ktrdr/contracts';
import { answer } from '../answer.js';
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
  options: ReadOptions,
): Promise<ExitCode> {
  const query: DataCheckQuery = { symbol, timeframe };
  const check = await openApi(context, options).get<DataCheck>('/data/check', query, TIMEOUT_MS);
  answer(context, options, check, {
    view: ({ reports }, { style }) => dataReportsView(reports, style),
    names: ({ reports }) =>
      reports
        .filter(({ findings }) => findings.some(isGrave))
        .map(({ symbol, timeframe }) => `${symbol} ${timeframe}`),
  });
  return check.reports.some(({ findings }) => findings.some(isGrave)) ? EXIT.failed : EXIT.completed;
}
