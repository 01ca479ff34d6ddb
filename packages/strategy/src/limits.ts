/** Limits of a strategy file. Messages name them. */
export const LIMITS = {
  /** Size in UTF-8 bytes. */
  fileBytes: 1_048_576,
  /** Number of values, with aliases counted at every use. */
  documentValues: 50_000,
  nestingDepth: 64,
  /** Number of listed errors, and of listed warnings. */
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
  /**
   * `sequence_length` times `num_layers` of a recurrent network. Each of these steps makes the training graph longer.
   */
  recurrentSteps: 200,
  convolutions: 8,
  filters: 1_024,
  kernelSize: 100,
  poolSize: 100,
  /** Number of weights and biases of the network. */
  networkWeights: 50_000_000,
  /** Multiplications of one forward pass of a batch. A training can only be cancelled between batches. */
  batchMultiplications: 5_000_000_000,
  focalGamma: 10,
  epochs: 100_000,
  batchSize: 65_536,
  /** Exclusive lower bound, inclusive upper bound. */
  learningRate: { above: 0, max: 10 },
  weightDecay: 1,
  gradientClip: 1_000_000,
  patience: 100_000,
  stepSize: 100_000,
  /** Number of bars that a label may look ahead or back. */
  labelBars: 1_000_000,
  /** Multiple of a volatility, a true range or a cost. */
  labelMultiplier: 1_000,
  embargo: 1_000_000,
  capital: 1_000_000_000_000,
  /** Cost of one side of a trade, as a fraction of its value. Larger ones are usually meant in percent. */
  costPerSide: 0.05,
  annualVolatility: 2,
  /** Number of keys that one warning lists. */
  listedKeys: 20,
} as const;
