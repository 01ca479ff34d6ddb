import {
  KtrdrError,
  MODEL_VERSION_PATTERN,
  STRATEGY_NAME_PATTERN,
  STRATEGY_NAME_RULE,
} from '@ktrdr/contracts';

/** @throws KtrdrError `invalid_name` */
export function checkModelName(strategy: string, version: string): void {
  checkStrategyName(strategy);
  if (MODEL_VERSION_PATTERN.test(version)) return;
  throw new KtrdrError('invalid_name', `'${version}' is not a model version. Example: 1h_v3.`);
}

export function modelNotFound(strategy: string, version: string): KtrdrError {
  return new KtrdrError(
    'model_not_found',
    `There is no model ${strategy}/${version}. List the stored models: ktrdr models list`,
  );
}

/** @throws KtrdrError `invalid_name` */
export function checkStrategyName(strategy: string): void {
  if (!STRATEGY_NAME_PATTERN.test(strategy)) {
    throw new KtrdrError(
      'invalid_name',
      `'${strategy}' is not a strategy name: it must be ${STRATEGY_NAME_RULE}.`,
    );
  }
}
