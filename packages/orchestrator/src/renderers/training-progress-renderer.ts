import type { ProgressContext } from '@ktrdr/contracts';
import { hostSuffix, position, type ProgressRenderer } from './progress-renderer.js';

/** A training that waits in line shows only this. */
const WAITING = /^waiting for (a host|a free slot|free memory)/;

/**
 * `Waiting for a host [2 ahead]` or `Waiting for a free slot: 2 ahead`, then `Training MLP model on AAPL+1 other [epoch 5/50] (batch 123/500) (host service)`. With
 * several seeds: `[5 of 16 seeds done, 2 training, epoch 12/50]`, where epoch and batch are those of the first of the two. Outside of the
 * training phase, the phase replaces the epochs: `Training MLP model on AAPL: loading bars`. Only `evaluating` keeps the last epoch.
 */
export const trainingProgressRenderer: ProgressRenderer = (progress) => {
  const { context } = progress;
  if (context.phase !== null && WAITING.test(context.phase)) {
    return `${context.phase.charAt(0).toUpperCase()}${context.phase.slice(1)}`;
  }
  const model = context.model_type === null ? 'model' : `${context.model_type.toUpperCase()} model`;
  return `Training ${model}${symbolsText(context)}${whereText(context)}${hostSuffix(progress)}`;
};

function symbolsText({ symbols }: ProgressContext): string {
  const [first, ...others] = symbols ?? [];
  if (first === undefined) return '';
  if (others.length === 0) return ` on ${first}`;
  return ` on ${first}+${others.length} ${others.length === 1 ? 'other' : 'others'}`;
}

function whereText(context: ProgressContext): string {
  const { phase, current_epoch, total_epochs, current_batch, total_batches } = context;
  if (phase !== null && phase !== 'training') {
    // a short training can end before any of its epochs is shown
    const epochs =
      phase === 'evaluating' && current_epoch !== null
        ? ` [epoch ${position(current_epoch, total_epochs)}]`
        : '';
    return `${epochs}: ${phase}`;
  }
  // the first epoch has begun before its first batch is done
  const shown = current_epoch ?? (phase === 'training' ? 1 : null);
  const epoch = shown === null ? '' : ` [${seedsText(context)}epoch ${position(shown, total_epochs)}]`;
  const batch = current_batch === null ? '' : ` (batch ${position(current_batch, total_batches)})`;
  return `${epoch}${batch}`;
}

/** A training host of an earlier version does not say how many seeds are done: it trains one after the other. */
function seedsText({
  current_seed: seed,
  total_seeds,
  finished_seeds,
  running_seeds,
}: ProgressContext): string {
  if (typeof seed !== 'number') return '';
  const done = typeof finished_seeds === 'number' ? finished_seeds : seed - 1;
  const running = typeof running_seeds === 'number' && running_seeds > 1 ? `${running_seeds} training, ` : '';
  return `${done} of ${Number(total_seeds)} seeds done, ${running}`;
}
