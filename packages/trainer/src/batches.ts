import type { TrainingBatch } from './engines/engine.js';
import { dropoutLayers, type DropoutLayer, type ModelSpec } from './model-spec.js';
import { RandomStream } from './random.js';

/** Rows of one part of the data set, ready for the network. */
export interface DataPart {
  /** `[rows, inputs]`, finite. */
  features: Float32Array;
  /** `[rows]`, 0-based classes. */
  labels: Int32Array;
}

/** Rows of a batch with their dropout masks; the arrays are used again for the next batch. */
export type BatchRows = Omit<TrainingBatch, 'learningRate'>;

/**
 * Cuts the training part into batches: each epoch visits every row once, in an order of its own, and the last batch
 * takes what is left. Order and masks depend on seed and epoch alone, not on the epochs before.
 */
export class Batches {
  /** Batches of an epoch. */
  readonly count: number;
  private readonly order: Int32Array;
  private readonly features: Float32Array;
  private readonly labels: Int32Array;
  private readonly dropout: { layer: DropoutLayer; mask: Float32Array }[];
  private masks: RandomStream;

  constructor(
    private readonly part: DataPart,
    private readonly model: ModelSpec,
    private readonly batchSize: number,
    private readonly seed: number,
  ) {
    const rows = part.labels.length;
    const longest = Math.min(rows, batchSize);
    this.count = Math.ceil(rows / batchSize);
    this.order = new Int32Array(rows);
    this.features = new Float32Array(longest * model.inputs);
    this.labels = new Int32Array(longest);
    this.dropout = dropoutLayers(model).map((layer) => ({
      layer,
      mask: new Float32Array(longest * layer.units),
    }));
    this.masks = RandomStream.derive(seed, 'dropout', 0);
  }

  /** Puts the rows into the order of an epoch (1-based). */
  startEpoch(epoch: number): void {
    for (let row = 0; row < this.order.length; row += 1) this.order[row] = row;
    RandomStream.derive(this.seed, 'shuffle', epoch).shuffle(this.order);
    this.masks = RandomStream.derive(this.seed, 'dropout', epoch);
  }

  /** Batch `index` (0-based) of the epoch. Masks are drawn in passing: take each batch once, in order. */
  take(index: number): BatchRows {
    const start = index * this.batchSize;
    const rows = Math.min(this.batchSize, this.order.length - start);
    const { inputs } = this.model;
    const { features, labels } = this.part;
    for (let i = 0; i < rows; i += 1) {
      const row = this.order[start + i]!;
      this.labels[i] = labels[row]!;
      this.features.set(features.subarray(row * inputs, (row + 1) * inputs), i * inputs);
    }
    return {
      features: this.features.subarray(0, rows * inputs),
      labels: this.labels.subarray(0, rows),
      masks: this.dropout.map(({ layer, mask }) => {
        const used = mask.subarray(0, rows * layer.units);
        this.masks.fillDropoutMask(used, layer.rate);
        return used;
      }),
    };
  }
}
