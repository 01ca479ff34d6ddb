import type { TrainingPhase, TrainingProgressUpdate } from '@ktrdr/contracts';
import type { ProgressStep, ProgressUpdate } from '@ktrdr/orchestrator';

/** Share of each phase in the whole training, in percent. */
const SHARES: Readonly<Record<TrainingPhase, number>> = {
  'loading bars': 2,
  'computing indicators': 1,
  'building features': 1,
  labelling: 0.5,
  splitting: 0.5,
  'starting engine': 1,
  training: 90,
  evaluating: 2,
  'walk-forward': 0,
  'storing model': 2,
};

/** Average duration of a walk-forward fold, relative to the training. */
const FOLD_DURATION = 0.6;

/**
 * The steps of a training operation in order, the same for local and host trainings.
 *
 * @param folds number of walk-forward folds, which share the time with the training
 * @param seeds number of seeds that are trained
 */
export function trainingSteps(folds = 0, seeds = 1): ProgressStep[] {
  const training = (SHARES.training * seeds) / (seeds + folds * FOLD_DURATION);
  const shares = { ...SHARES, training, 'walk-forward': SHARES.training - training };
  return Object.entries(shares).map(([name, share]) => ({ name, share }));
}

/**
 * Converts a trainer's update into an operation's progress. Steps are epochs of all seeds, items are training samples. Unknown
 * values stay as they are: a phase without epochs does not remove values set at the start.
 */
export function trainingProgress(update: TrainingProgressUpdate): ProgressUpdate {
  const { phase, phase_fraction, items_processed, items_total, current_epoch, total_epochs } = update;
  const { current_seed, total_seeds } = update;
  // a host may send more than this version knows: it does not become part of the operation
  const context = {
    model_type: update.model_type,
    symbols: update.symbols,
    timeframes: update.timeframes,
    strategy: update.strategy,
    current_seed,
    total_seeds,
    finished_seeds: update.finished_seeds ?? null,
    running_seeds: update.running_seeds ?? null,
    current_epoch,
    total_epochs,
    current_batch: update.current_batch,
    total_batches: update.total_batches,
    metrics: update.metrics,
    samples_per_second: update.samples_per_second ?? null,
    engine: update.engine ?? null,
    device: update.device ?? null,
  };
  const { best_epoch, best_val_loss, best_seed } = update;
  // a phase that reports no best epoch does not remove the one of the training
  const best = typeof best_epoch === 'number' ? { best_epoch, best_val_loss, best_seed } : {};
  // a training host of an earlier version says nothing of seeds
  const seed = typeof current_seed === 'number' ? `seed ${current_seed} of ${total_seeds}, ` : '';
  return {
    step: phase,
    stepFraction: phase_fraction ?? undefined,
    steps_completed: completedEpochs(update) ?? undefined,
    steps_total: total_epochs === null ? undefined : total_epochs * (total_seeds ?? 1),
    items_processed: items_processed ?? undefined,
    items_total: items_total ?? undefined,
    current_item: phase === 'training' && current_epoch !== null ? `${seed}epoch ${current_epoch}` : null,
    context: {
      ...Object.fromEntries(Object.entries({ ...context, phase }).filter(([, value]) => value !== null)),
      ...best,
    },
  };
}

function completedEpochs(update: TrainingProgressUpdate): number | null {
  const { phase, current_epoch, total_epochs, current_batch, total_batches } = update;
  const { current_seed, finished_seeds } = update;
  if (current_epoch === null) return null;
  // seeds that run beside the shown one count when they are finished
  const before = (finished_seeds ?? (current_seed ?? 1) - 1) * (total_epochs ?? 0);
  const ended = phase !== 'training' || (current_batch !== null && current_batch === total_batches);
  return before + (ended ? current_epoch : current_epoch - 1);
}
