import { UsageError } from './cli-error.js';

/**
 * Path of a model in the API.
 *
 * @param model `strategy/version`, as `models list` shows it
 * @throws UsageError
 */
export function modelPath(model: string): string {
  const [strategy = '', version = '', ...more] = model.split('/');
  if (strategy === '' || version === '' || more.length > 0) {
    throw new UsageError(
      `'${model}' is not a model name. Example: test_strategy/1h_v3. List the stored models: ktrdr models list`,
    );
  }
  return `/models/${encodeURIComponent(strategy)}/${encodeURIComponent(version)}`;
}
