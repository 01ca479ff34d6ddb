import { MOST_COMPARED_MODELS, type ModelComparison } from '@ktrdr/contracts';
import { UsageError } from '../cli-error.js';
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
  checkModels(models);
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

/** @throws UsageError where there is nothing to compare, or too much of it */
function checkModels(models: string[]): void {
  const twice = models.find((model, index) => models.indexOf(model) < index);
  if (twice !== undefined) throw new UsageError(`${twice} is named twice: compare different models.`);
  if (models.length >= 2 && models.length <= MOST_COMPARED_MODELS) return;
  throw new UsageError(
    `Two to ${MOST_COMPARED_MODELS} models can be compared, not ${models.length}: ktrdr models compare momentum/1h_v1 momentum/1h_v2. See what there is: ktrdr models list`,
  );
}
