import { printable, type SampleDataRequest, type SampleDataResponse } from '@ktrdr/contracts';
import { answer } from '../answer.js';
import { type CommandContext, openApi } from '../context.js';
import type { ExitCode } from '../exit-code.js';
import { counted, period } from '../views/numbers.js';
import type { ReadOptions } from '../read-options.js';

export interface SampleOptions extends ReadOptions {
  startDate?: string;
  endDate?: string;
  seed?: number;
  overwrite?: boolean;
}

export async function sampleData(
  context: CommandContext,
  symbol: string,
  timeframe: string,
  { startDate, endDate, seed, overwrite, ...options }: SampleOptions,
): Promise<ExitCode> {
  const request: SampleDataRequest = {
    symbol,
    timeframe,
    start_date: startDate,
    end_date: endDate,
    seed,
    overwrite: overwrite,
  };
  const sample = await openApi(context, options).post<SampleDataResponse>('/data/sample', request);
  return answer(context, options, sample, { view: sampleText, names: ({ path }) => [path] });
}

function sampleText({
  symbol,
  timeframe,
  rows,
  first,
  last,
  path,
  synthetic,
  source,
}: SampleDataResponse): string {
  const kind = synthetic ? 'synthetic bars' : 'real bars';
  const from = source === null ? '' : `\nSource: ${source}`;
  return printable(
    `${symbol} ${timeframe}: ${counted(rows, 'row')} of ${kind}, ${period(first, last)}, in ${path}${from}`,
  );
}
