import type { PredictRequest, PredictResponse } from '@ktrdr/contracts';
import { answer } from '../answer.js';
import { type CommandContext, openApi } from '../context.js';
import type { ExitCode } from '../exit-code.js';
import { modelPath } from '../model-name.js';
import { noteWarnings } from '../note-warnings.js';
import { predictionsView } from '../views/predictions-view.js';
import type { ReadOptions } from '../read-options.js';

export interface PredictOptions extends ReadOptions {
  symbol: string;
  timeframe: string;
  last?: number;
  endDate?: string;
}

/** @param model `strategy/version`, as `models list` shows it */
export async function predict(
  context: CommandContext,
  model: string,
  { symbol, timeframe, last, endDate, ...options }: PredictOptions,
): Promise<ExitCode> {
  const { output } = context;
  const request: PredictRequest = { symbol, timeframe, last, end_date: endDate };
  const path = `${modelPath(model)}/predict`;
  const found = await openApi(context, options).post<PredictResponse>(path, request);
  const exitCode = answer(context, options, found, {
    view: predictionsView,
    names: ({ predictions }) =>
      predictions.map(({ decision, class: name, value }) => String(decision ?? name ?? value ?? '-')),
  });
  if (!options.json) noteWarnings(output, found.warnings);
  return exitCode;
}
