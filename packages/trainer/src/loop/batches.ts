import type { DataPart } from '../data/data-parts.js';
import type { TrainingBatches } from '../engines/engine.js';
import { gatherWindows } from '../data/gather-windows.js';
import type { Targets } from '../network/loss.js';
import { dropoutLayers, inputWidth, type DropoutLayer, type ModelSpec } from '../network/model-spec.js';
import { RandomStream, type RandomState } from '@ktrdr/statistics';

/** Batches with their dropout masks. The next call of `take` overwrites the arrays. */
export type BatchRows = Omit<TrainingBatches, 'learningRate'>;

/**
 * Divides the training part into batches. Each epoch contains every row once, in its own order; its last batch holds the remaining
 * rows. Order and masks depend only on seed and epoch, not on earlier epochs or on how many batches are taken at once.
 */
export class Batches {
  /** Batches in an epoch. */
  readonly count: number;
  /** Batches of `size` rows. One more batch with the remaining rows may follow. */
  private readonly full: number;
  private readonly order: Int32Array;
  private readonly dropout: DropoutLayer[];
  private masks: RandomStream;
  /** By the number of rows: of a full call, of the last full batches of an epoch, and of its last batch. */
  private readonly buffers = new Map<number, Buffers>();

  constructor(
    private readonly part: DataPart,
    private readonly model: ModelSpec,
    /** Rows of every batch except the last. */
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

  /** Shuffles the rows for an epoch (1-based). */
  startEpoch(epoch: number): void {
    for (let row = 0; row < this.order.length; row += 1) this.order[row] = row;
    RandomStream.derive(this.seed, 'shuffle', epoch).shuffle(this.order);
    this.masks = RandomStream.derive(this.seed, 'dropout', epoch);
  }

  /** State of the random numbers for masks, within the epoch. */
  get maskState(): RandomState {
    return this.masks.state;
  }

  /** Continues within an epoch, after `startEpoch`: the next batch gets the same masks as without an interruption. */
  restoreMasks(state: RandomState): void {
    this.masks = RandomStream.fromState(state);
  }

  /**
   * Returns up to `most` batches of one size, from `index` (0-based) on. Draws their masks: take each batch once and in order.
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

  /** Draws batch by batch, so that the masks do not depend on how many batches are taken at once. */
  private drawMasks(masks: readonly Float32Array[], count: number): void {
    for (let batch = 0; batch < count; batch += 1) {
      for (let layer = 0; layer < masks.length; layer += 1) {
        const mask = masks[layer]!;
        const size = mask.length / count;
        const part = mask.subarray(batch * size, (batch + 1) * size);
        this.masks.fillDropoutMask(part, this.dropout[layer]!.rate);
      }
    }
  }

  private buffersOf(rows: number): Buffers {
    const known = this.buffers.get(rows);
    if (known !== undefined) return known;
    const { part, model, dropout } = this;
    const made: Buffers = {
      features: new Float32Array(rows * inputWidth(model)),
      targets: part.targets instanceof Int32Array ? new Int32Array(rows) : new Float32Array(rows),
      weights: part.weights === null ? null : new Float32Array(rows),
      ends: new Int32Array(rows),
      masks: dropout.map(({ units }) => new Float32Array(rows * units)),
    };
    this.buffers.set(rows, made);
    return made;
  }
}

interface Buffers {
  features: Float32Array;
  targets: Targets;
  weights: Float32Array | null;
  ends: Int32Array;
  masks: Float32Array[];
}
