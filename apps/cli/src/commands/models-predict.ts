import { printable, type ModelDetails, type PredictRequest, type PredictResponse } from '@ktrdr/contracts';
import { answer } from '../answer.js';
import type { ApiClient } from '../api-client.js';
import { UsageError } from '../cli-error.js';
import { type CommandContext, openApi } from '../context.js';
import type { ExitCode } from '../exit-code.js';
import { modelPath } from '../model-name.js';
import { noteWarnings } from '../note-warnings.js';
import { predictionsView } from '../views/predictions-view.js';
import type { ReadOptions } from '../read-options.js';

export interface PredictOptions extends ReadOptions {
  symbol?: string;
  timeframe?: string;
  last?: number;
  endDate?: string;
}

/** @param model `strategy/version`, as `models list` shows it */
export async function predict(
  context: CommandContext,
  model: string,
  { last, endDate, ...options }: PredictOptions,
): Promise<ExitCode> {
  const { output } = context;
  const path = modelPath(model);
  const api = openApi(context, options);
  const request: PredictRequest = { ...(await barsOf(api, path, options)), last, end_date: endDate };
  const found = await api.post<PredictResponse>(`${path}/predict`, request);
  const exitCode = answer(context, options, found, {
    view: predictionsView,
    names: ({ predictions }) =>
      predictions.map(({ decision, class: name, value }) => String(decision ?? name ?? value ?? '-')),
  });
  if (!options.json) noteWarnings(output, found.warnings);
  return exitCode;
}

/**
 * The bars to predict: those of the options, and what they leave out from the model.
 *
 * @throws UsageError if the model has several symbols and none is chosen
 */
async function barsOf(
  api: ApiClient,
  path: string,
  { symbol, timeframe }: PredictOptions,
): Promise<Pick<PredictRequest, 'symbol' | 'timeframe'>> {
  if (symbol !== undefined && timeframe !== undefined) return { symbol, timeframe };
  const { summary } = await api.get<ModelDetails>(path);
  const [only, ...others] = summary.symbols;
  if (symbol === undefined && (only === undefined || others.length > 0))
    throw new UsageError(
      `${printable(summary.model)} was trained on ${printable(summary.symbols.join(', '))}. Choose one with --symbol.`,
    );
  return { symbol: symbol ?? only!, timeframe: timeframe ?? summary.timeframe };
}
