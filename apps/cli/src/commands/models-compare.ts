import type { ModelComparison } from '@ktrdr/contracts';
import { type CommandContext, openApi } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { modelPath } from '../model-name.js';
import { printable } from '../printable.js';
import { comparisonView } from '../views/comparison-view.js';
import type { ReadOptions } from '../read-options.js';

/** @param models `strategy/version`, as `models list` shows them */
export async function compareModels(
  context: CommandContext,
  models: string[],
  { json, verbose }: ReadOptions,
): Promise<ExitCode> {
  const { output } = context;
  for (const model of models) modelPath(model);
  const query = { models: models.join(',') };
  const comparison = await openApi(context, { verbose }).get<ModelComparison>('/models/compare', query);
  if (json) {
    output.json(comparison);
  } else {
    output.out(comparisonView(comparison, output.style));
    for (const warning of comparison.warnings) output.err(output.errorStyle.yellow(printable(warning)));
  }
  return EXIT.completed;
}
