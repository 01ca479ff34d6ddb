import { printable, type PredictRequest, type PredictResponse } from '@ktrdr/contracts';
import { type CommandContext, openApi } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { modelPath } from '../model-name.js';
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
  { symbol, timeframe, last, endDate, json, verbose }: PredictOptions,
): Promise<ExitCode> {
  const { output } = context;
  const request: PredictRequest = { symbol, timeframe, last, end_date: endDate };
  const path = `${modelPath(model)}/predict`;
  const found = await openApi(context, { verbose }).post<PredictResponse>(path, request);
  if (json) {
    output.json(found);
  } else {
    output.out(predictionsView(found, output.style));
    for (const warning of found.warnings) output.err(output.errorStyle.yellow(printable(warning)));
  }
  return EXIT.completed;
}
