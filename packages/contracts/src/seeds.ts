/** One of several seeds with which a strategy was trained. */
export interface SeedResult {
  seed: number;
  /** Epoch (1-based) whose weights were kept. */
  best_epoch: number;
  /** Validation loss of that epoch. The seed to store is chosen by it. */
  val_loss: number;
  test_accuracy: number;
  test_loss: number;
  /** What its decisions earned on the test part, after costs; `null` if the labels are not trading decisions. */
  net_return: number | null;
  /** Whether the stored model is this seed's. */
  stored: boolean;
}

/** A figure of the test part over all seeds. */
export interface SeedSpread {
  mean: number;
  /** Sample standard deviation. */
  std: number;
  worst: number;
}

/**
 * The same training with several seeds: how much a score depends on the seed. The model with the lowest validation loss is
 * stored; if two are equal, the one with the lowest seed; the test part has no influence on the choice.
 */
export interface SeedsResult {
  /** In order of the seeds. */
  seeds: SeedResult[];
  test_accuracy: SeedSpread;
  test_loss: SeedSpread;
  /** `null` if the labels are not trading decisions. */
  net_return: SeedSpread | null;
}
