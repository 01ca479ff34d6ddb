/** What is minimised. */
export interface LossSpec {
  type: 'cross_entropy';
  /** One weight a class, or `null` for all 1. */
  classWeights: Float32Array | null;
}
