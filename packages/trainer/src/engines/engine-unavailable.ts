import { KtrdrError, type EngineChoice, type EngineSetting } from '@ktrdr/contracts';

/** The error of a setting by which no engine can be taken. */
export function engineUnavailable(
  setting: EngineSetting,
  reason: string,
  { rejected, cause }: { rejected?: EngineChoice['rejected']; cause?: unknown },
): KtrdrError {
  const otherwise =
    setting === 'auto' ? '' : ', or set TRAINING_ENGINE=auto to take the best engine there is';
  return new KtrdrError(
    'engine_unavailable',
    `The training engine ${setting} is not to be had here: ${reason}. Put that right${otherwise}.`,
    { details: { setting, rejected: rejected ?? [] }, cause },
  );
}
