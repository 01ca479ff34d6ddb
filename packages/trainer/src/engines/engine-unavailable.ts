import { KtrdrError, type EngineChoice, type EngineSetting } from '@ktrdr/contracts';

/** The error if no engine of a setting is available. */
export function engineUnavailable(
  setting: EngineSetting,
  reason: string,
  { rejected, cause }: { rejected?: EngineChoice['rejected']; cause?: unknown },
): KtrdrError {
  const otherwise =
    setting === 'auto' ? '' : ', or set TRAINING_ENGINE=auto to use the fastest available engine';
  return new KtrdrError(
    'engine_unavailable',
    `The training engine ${setting} is not available: ${reason}. Fix this${otherwise}.`,
    { details: { setting, rejected: rejected ?? [] }, cause },
  );
}
