import { KtrdrError } from '@ktrdr/contracts';
import type { BatchEnd, EpochEnd, TrainingCallback } from '../training-callback.js';

const ADVICE =
  'Try a lower learning_rate or a gradient_clip such as 1.0 in the strategy file, and look for extreme values among the raw inputs.';

/** Ends the run with `loss_not_finite` if the loss or gradient is NaN or infinite, so that no such model is stored. */
export class TerminateOnNan implements TrainingCallback {
  onBatchEnd({ epoch, batch, result }: BatchEnd): void {
    const { loss, gradientNorm } = result;
    if (Number.isFinite(loss) && (gradientNorm === null || Number.isFinite(gradientNorm))) return;
    const [what, value] = Number.isFinite(loss) ? ['gradient', gradientNorm] : ['loss', loss];
    throw new KtrdrError(
      'loss_not_finite',
      `Training diverged: the ${what} became ${value} in epoch ${epoch}, batch ${batch}. ${ADVICE}`,
      { details: { epoch, batch } },
    );
  }

  onEpochEnd({ epoch, batches, validation, parameters }: EpochEnd): undefined {
    if (Number.isFinite(validation.loss) && parameters.every(Number.isFinite)) return;
    const what = Number.isFinite(validation.loss)
      ? 'a weight is no longer a finite number'
      : `the validation loss became ${validation.loss}`;
    throw new KtrdrError(
      'loss_not_finite',
      `Training diverged: ${what} after epoch ${epoch}, batch ${batches}. ${ADVICE}`,
      { details: { epoch, batch: batches } },
    );
  }
}
