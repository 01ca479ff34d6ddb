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
export type TrainingPhase = (typeof TRAINING_PHASES)[number];

/** One progress report of a run, the same from a local process and from a host. */
export interface TrainingProgressUpdate {
  phase: TrainingPhase;
  /** Share of this phase that is done, 0..1; `null` where unknown. */
  phase_fraction: number | null;
  model_type: string | null;
  symbols: string[] | null;
  timeframes: string[] | null;
  strategy: string | null;
  /** 1-based. */
  current_epoch: number | null;
  total_epochs: number | null;
  /** 1-based within the epoch. */
  current_batch: number | null;
  total_batches: number | null;
  /** Training samples seen so far, over all epochs. */
  items_processed: number | null;
  items_total: number | null;
  metrics: Record<string, number> | null;
}
