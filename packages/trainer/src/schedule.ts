/** How the learning rate changes over the epochs. */
export type LearningRateSchedule =
  | { type: 'step'; stepSize: number; gamma: number }
  | { type: 'exponential'; gamma: number }
  | { type: 'reduce_on_plateau'; factor: number; patience: number };
