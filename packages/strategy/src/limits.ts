/** Bounds of what a strategy file may ask for. Messages name them. */
export const LIMITS = {
  /** Bytes of UTF-8. */
  fileBytes: 1_048_576,
  /** Values in the file, aliases counted as often as they are used. */
  documentValues: 50_000,
  nestingDepth: 64,
  /** Errors that are listed one by one, and as many warnings. */
  issues: 500,
  nameLength: 128,
  symbols: 100,
  indicators: 200,
  fuzzySets: 500,
  membershipsPerSet: 50,
  nnInputs: 1_000,
  features: 1_000,
  lookbackPeriods: 500,
  historyRequired: { min: 50, max: 1_000_000 },
  hiddenLayers: 16,
  layerUnits: 4_096,
  recurrentLayers: 8,
  hiddenSize: 2_048,
  sequenceLength: { min: 2, max: 1_000 },
  /** `sequence_length` times `num_layers` of a recurrent network: each of these steps makes its training graph longer. */
  recurrentSteps: 200,
  convolutions: 8,
  filters: 1_024,
  kernelSize: 100,
  poolSize: 100,
  /** Weights and biases of the whole network. */
  networkWeights: 50_000_000,
  /** Multiplications of a batch's way through the network: a training can only be cancelled between batches. */
  batchMultiplications: 5_000_000_000,
  focalGamma: 10,
  epochs: 100_000,
  batchSize: 65_536,
  /** Exclusive below, inclusive above. */
  learningRate: { above: 0, max: 10 },
  weightDecay: 1,
  gradientClip: 1_000_000,
  patience: 100_000,
  stepSize: 100_000,
  /** Bars that a label may look ahead, or back. */
  labelBars: 1_000_000,
  /** Of volatilities, true ranges or a cost. */
  labelMultiplier: 1_000,
  embargo: 1_000_000,
} as const;
