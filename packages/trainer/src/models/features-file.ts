import type { ModelMetadata } from './model-metadata.js';
import { count, flag, listOf, number, orMissing, orNull, positive, recordOf, text } from '../files/shape.js';

/** `features.json`. Earlier versions did not describe input, output and sample. */
const FEATURES_SHAPE = recordOf({
  feature_count: positive,
  features: listOf(
    recordOf({
      name: text,
      normalisation: recordOf({
        method: text,
        mean: orMissing(orNull(number)),
        std: orMissing(orNull(number)),
        min: orMissing(orNull(number)),
        max: orMissing(orNull(number)),
      }),
    }),
  ),
  classes: listOf(text),
  base_timeframe: text,
  timeframes: listOf(text),
  lookback_periods: count,
  history_required: count,
  input: orMissing(recordOf({ name: text, type: text, window: positive, order: text, normalisation: text })),
  output: orMissing(
    recordOf({ name: text, type: text, meaning: text, softmax: flag, classes: listOf(text) }),
  ),
  sample: orMissing(
    orNull(
      recordOf({
        symbol: text,
        time: text,
        input: listOf(orNull(number)),
        outputs: listOf(orNull(number)),
        probabilities: orNull(listOf(orNull(number))),
      }),
    ),
  ),
});

/**
 * Checks the content of `features.json`.
 *
 * @throws Error whose message continues a sentence that begins with the file
 */
export function checkFeatures(content: Record<string, unknown>, { feature_count }: ModelMetadata): void {
  const wrong = FEATURES_SHAPE(content, '');
  if (wrong !== null)
    throw new Error(`does not describe the features of a model: "${wrong}" is missing or invalid`);
  const { length } = content['features'] as unknown[];
  if (length !== feature_count || content['feature_count'] !== feature_count)
    throw new Error(`lists ${length} features, and metadata.json says ${feature_count}`);
}
