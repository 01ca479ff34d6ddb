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

/** One progress update of a training, from a local process or from a host. */
export interface TrainingProgressUpdate {
  phase: TrainingPhase;
  /** Completed share of this phase, 0..1; `null` if unknown. */
  phase_fraction: number | null;
  model_type: string | null;
  symbols: string[] | null;
  timeframes: string[] | null;
  strategy: string | null;
  /** Current seed, 1-based, of a training with several; otherwise `null`. */
  current_seed: number | null;
  total_seeds: number | null;
  /** Current epoch, 1-based. */
  current_epoch: number | null;
  total_epochs: number | null;
  /** Current batch within the epoch, 1-based. */
  current_batch: number | null;
  total_batches: number | null;
  /** Training samples processed so far, over all epochs and seeds. */
  items_processed: number | null;
  items_total: number | null;
  metrics: Record<string, number> | null;
}
