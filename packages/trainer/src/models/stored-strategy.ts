import { KtrdrError } from '@ktrdr/contracts';
import { parseStrategy, type Strategy, StrategyError } from '@ktrdr/strategy';
import { MODEL_FORMAT } from './model-metadata.js';
import { jsonOf, type ReadModel, textOf } from './read-model.js';

/**
 * The strategy that a model was trained with: its stored file, with the run's symbols and timeframes.
 *
 * @throws KtrdrError `model_damaged`; `model_unsupported` if this version interprets the file differently
 */
export function storedStrategy(model: ReadModel): Strategy {
  const { symbols, timeframes } = model.metadata;
  try {
    const { strategy } = parseStrategy(textOf(model, 'strategy.yaml'), {
      file: 'strategy.yaml',
      overrides: { symbols, timeframes },
    });
    if (strategy.features.join() === featureNames(model).join()) return strategy;
  } catch (error) {
    if (!(error instanceof StrategyError)) throw error;
    throw unsupportedModel(model, `this version refuses its strategy (${error.message}).`, error);
  }
  throw unsupportedModel(
    model,
    'this version derives other features from its strategy than it was trained on.',
  );
}

/** Indicators whose values changed after this format. */
const CHANGED_INDICATORS: readonly { type: string; format: number }[] = [
  { type: 'supertrend', format: 2 },
  { type: 'rvi', format: 2 },
];

/**
 * {@link storedStrategy}, for a model that gets new inputs.
 *
 * @throws KtrdrError also `model_unsupported` if an indicator had other values when the model was trained
 */
export function strategyToPredict(model: ReadModel): Strategy {
  const strategy = storedStrategy(model);
  for (const { id, type } of strategy.indicators) {
    const changed = CHANGED_INDICATORS.some(
      (indicator) => indicator.type === type && model.metadata.format <= indicator.format,
    );
    if (changed) {
      throw unsupportedModel(model, `its indicator ${id} (${type}) had other values when it was trained.`);
    }
  }
  return strategy;
}

function featureNames(model: ReadModel): string[] {
  const { features } = jsonOf(model, 'features.json');
  return (features as { name: string }[]).map(({ name }) => name);
}

/** @param why the reason, as a sentence that follows a colon */
export function unsupportedModel(
  { metadata, directory }: ReadModel,
  why: string,
  cause?: unknown,
): KtrdrError {
  const { format, model } = metadata;
  return new KtrdrError(
    'model_unsupported',
    `${model ?? directory} cannot be used: ${why} Train the model again.`,
    {
      details: { format, newest_format: MODEL_FORMAT },
      cause,
    },
  );
}
