import type { DataPart } from '../data/data-parts.js';
import type { TrainingBatches } from '../engines/engine.js';
import { gatherWindows } from '../data/gather-windows.js';
import type { Targets } from '../network/loss.js';
import { dropoutLayers, inputWidth, type DropoutLayer, type ModelSpec } from '../network/model-spec.js';
import { RandomStream, type RandomState } from '../network/random.js';

/** Batches with their dropout masks; the arrays are used again for the next ones. */
export type BatchRows = Omit<TrainingBatches, 'learningRate'>;

/**
 * Cuts the training part into batches: each epoch visits every row once, in an order of its own, and the last batch
 * takes what is left. Order and masks depend on seed and epoch alone, not on the epochs before, nor on how many batches
 * are taken at once.
 */
export class Batches {
  /** Batches of an epoch. */
  readonly count: number;
  /** Those that have `size` rows; one more may follow with what is left. */
  private readonly full: number;
  private readonly order: Int32Array;
  private readonly dropout: DropoutLayer[];
  private masks: RandomStream;
  private buffers: Buffers | null = null;

  constructor(
    private readonly part: DataPart,
    private readonly model: ModelSpec,
    /** Rows of a batch, but for the last. */
    readonly size: number,
    private readonly seed: number,
  ) {
    const rows = part.targets.length;
    this.count = Math.ceil(rows / size);
    this.full = Math.floor(rows / size);
    this.order = new Int32Array(rows);
    this.dropout = dropoutLayers(model);
    this.masks = RandomStream.derive(seed, 'dropout', 0);
  }

  /** Puts the rows into the order of an epoch (1-based). */
  startEpoch(epoch: number): void {
    for (let row = 0; row < this.order.length; row += 1) this.order[row] = row;
    RandomStream.derive(this.seed, 'shuffle', epoch).shuffle(this.order);
    this.masks = RandomStream.derive(this.seed, 'dropout', epoch);
  }

  /** Where the draws of masks stand within the epoch. */
  get maskState(): RandomState {
    return this.masks.state;
  }

  /** Goes on within an epoch that `startEpoch` began: the next batch gets the masks that it would have got. */
  restoreMasks(state: RandomState): void {
    this.masks = RandomStream.fromState(state);
  }

  /**
   * Batches of one size from `index` (0-based) on, `most` at most. Masks are drawn in passing: take each batch once,
   * in order.
   */
  take(index: number, most: number): BatchRows {
    const count = Math.max(1, Math.min(most, this.full - index));
    const start = index * this.size;
    const rows = Math.min(count * this.size, this.order.length - start);
    const { features, targets, weights, ends, masks } = this.buffersOf(rows);
    for (let i = 0; i < rows; i += 1) {
      const row = this.order[start + i]!;
      targets[i] = this.part.targets[row]!;
      ends[i] = this.part.windowEnds[row]!;
      if (weights !== null) weights[i] = this.part.weights![row]!;
    }
    gatherWindows(this.part.features, this.model, ends, features);
    this.drawMasks(masks, count);
    return { count, features, targets, weights, masks };
  }

  /** Batch by batch, so that the draws are the same however many batches are taken at once. */
  private drawMasks(masks: readonly Float32Array[], count: number): void {
    for (let batch = 0; batch < count; batch += 1) {
      this.dropout.forEach(({ rate }, layer) => {
        const mask = masks[layer]!;
        const size = mask.length / count;
        this.masks.fillDropoutMask(mask.subarray(batch * size, (batch + 1) * size), rate);
      });
    }
  }

  private buffersOf(rows: number): Buffers {
    if (this.buffers?.ends.length === rows) return this.buffers;
    const { part, model, dropout } = this;
    this.buffers = {
      features: new Float32Array(rows * inputWidth(model)),
      targets: part.targets instanceof Int32Array ? new Int32Array(rows) : new Float32Array(rows),
      weights: part.weights === null ? null : new Float32Array(rows),
      ends: new Int32Array(rows),
      masks: dropout.map(({ units }) => new Float32Array(rows * units)),
    };
    return this.buffers;
  }
}

interface Buffers {
  features: Float32Array;
  targets: Targets;
  weights: Float32Array | null;
  ends: Int32Array;
  masks: Float32Array[];
}
