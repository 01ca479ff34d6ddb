/** Phases of a training, in order. */
export const TRAINING_PHASES = [
  'loading bars',
  'computing indicators',
  'building features',
  'labelling',
  'splitting',
  'starting engine',
  'training',
  'evaluating',
  'walk-forward',
  'storing model',
] as const;
/** One phase of a training. */
export type TrainingPhase = (typeof TRAINING_PHASES)[number];

/**
 * A whole number from 0.
 *
 * @asType integer
 * @minimum 0
 * @maximum 9007199254740991
 */
type Count = number;

/** One progress update of a training, from a local process or from a host. */
export interface TrainingProgressUpdate {
  phase: TrainingPhase;
  /**
   * Completed share of this phase, 0..1; `null` if unknown.
   *
   * @minimum 0
   * @maximum 1
   */
  phase_fraction: number | null;
  /** @maxLength 100 */
  model_type: string | null;
  /** @maxItems 1000 */
  symbols: string[] | null;
  /** @maxItems 100 */
  timeframes: string[] | null;
  /** @maxLength 1000 */
  strategy: string | null;
  /** Seed of the epoch, batch and metrics, 1-based, of a training with several; otherwise `null`. Seeds can run beside each other. */
  current_seed: Count | null;
  total_seeds: Count | null;
  /** Seeds that are trained and scored, of a training with several. */
  finished_seeds?: Count | null;
  /** Seeds that are trained now. */
  running_seeds?: Count | null;
  /** Current epoch, 1-based. */
  current_epoch: Count | null;
  total_epochs: Count | null;
  /** Current batch within the epoch, 1-based. */
  current_batch: Count | null;
  total_batches: Count | null;
  /** Training samples processed so far, over all epochs and seeds. */
  items_processed: Count | null;
  items_total: Count | null;
  metrics: Record<string, number> | null;
  /** Epoch with the lowest validation loss so far, of all seeds. */
  best_epoch?: Count | null;
  best_val_loss?: number | null;
  /** Seed of that epoch, 1-based, of a training with several. */
  best_seed?: Count | null;
  /** @minimum 0 */
  samples_per_second?: number | null;
  /** @maxLength 100 */
  engine?: string | null;
  /** @maxLength 100 */
  device?: string | null;
}
