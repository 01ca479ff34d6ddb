import { KtrdrError } from '@ktrdr/contracts';

/** The error of an operation for what a training has thrown. An error that nobody expected is its cause: it keeps its stack. */
export function trainingFailure(thrown: unknown): KtrdrError {
  if (thrown instanceof KtrdrError) return thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  if (thrown instanceof RangeError && /allocation failed|Invalid typed array length/.test(text)) {
    return new KtrdrError(
      'trainer_out_of_memory',
      `The training ran out of memory (${text}). Use fewer bars or smaller layers and start again.`,
      { cause: thrown },
    );
  }
  return new KtrdrError('internal_error', `The training failed unexpectedly: ${text}`, { cause: thrown });
}
