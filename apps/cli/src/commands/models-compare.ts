import { type ModelComparison, MOST_COMPARED_MODELS } from '@ktrdr/contracts';
import { UsageError } from '../cli-error.js';
import { answer } from '../answer.js';
import { type CommandContext, openApi } from '../context.js';
import type { ExitCode } from '../exit-code.js';
import { modelPath } from '../model-name.js';
import { noteWarnings } from '../note-warnings.js';
import { comparisonView } from '../views/comparison-view.js';
import type { ReadOptions } from '../read-options.js';

/**
 * @param models `strategy/version`, as `models list` shows them
 * @throws UsageError for fewer than two models, too many, or a duplicate
 */
export async function compareModels(
  context: CommandContext,
  models: string[],
  options: ReadOptions,
): Promise<ExitCode> {
  const { output } = context;
  checkModels(models);
  const query = { models: models.join(',') };
  const comparison = await openApi(context, options).get<ModelComparison>('/models/compare', query);
  const exitCode = answer(context, options, comparison, {
    view: comparisonView,
    names: (compared) => compared.models.map(({ model, verdict }) => `${model} ${verdict ?? '-'}`),
  });
  if (!options.json) noteWarnings(output, comparison.warnings);
  return exitCode;
}

/** @throws UsageError */
function checkModels(models: string[]): void {
  for (const model of models) modelPath(model);
  const twice = models.find((model, index) => models.indexOf(model) < index);
  const wrong =
    twice !== undefined
      ? `${twice} is a duplicate`
      : models.length < 2
        ? `${models.join('')} is the only model`
        : models.length > MOST_COMPARED_MODELS
          ? `${models.length} models are too many`
          : null;
  if (wrong !== null) {
    throw new UsageError(
      `${wrong}: name two to ${MOST_COMPARED_MODELS} different models, as in ktrdr models compare test_strategy/1h_v1 test_strategy/1h_v2.`,
    );
  }
}
