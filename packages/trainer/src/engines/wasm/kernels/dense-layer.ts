import { Activation, activate, multiplyBySlope } from './activation';
import { multiplyByMask } from './dropout';
import { allocate, padded } from './memory';
import { product } from './product';
import { reserveNumbers, sparseProduct } from './sparse-product';
import { transpose } from './transpose';

/** Rows of a batch that are computed together, so that their activations stay in the processor's L2 cache. */
export const BLOCK_ROWS: i32 = 64;

/** A matrix of ones, whose rows and columns are all this number. */
const ONE = memory.data<f32>([1]);

/**
 * A layer `mask * f(x W + b)` with its memory. Rows of results are padded to `width`. The padding of W, b and all gradients is 0, so
 * that it changes nothing.
 */
export class DenseLayer {
  /** Units, padded. */
  readonly width: i32;
  /** Bytes of a row of results. */
  readonly row: usize;
  /** Address of W and below it b: `[inputs + 1, width]`; and of their gradient. Set before the first step. */
  parameters: usize = 0;
  gradient: usize = 0;
  /** Address of the call's masks, `[rows, units]`, if the layer has dropout. */
  masks: usize = 0;
  /** Results of a block, `[BLOCK_ROWS, width]`, before and after dropout; the same memory if there is none. */
  readonly activated: usize;
  readonly outputs: usize;
  /** The derivative of the loss with respect to `outputs`, then to `x W + b`. */
  readonly delta: usize;
  /** The transpose of W, `[units, padded inputs]`. */
  private readonly transposed: usize;
  private readonly transposedWidth: i32;
  /** A row of zeros. */
  private readonly zeros: usize;

  constructor(
    readonly inputs: i32,
    readonly units: i32,
    readonly activation: Activation,
    readonly hasDropout: bool,
  ) {
    const width = padded(units);
    const row = (<usize>width) << 2;
    const block = <usize>BLOCK_ROWS * row;
    this.width = width;
    this.row = row;
    this.activated = allocate(block);
    this.outputs = hasDropout ? allocate(block) : this.activated;
    this.delta = allocate(block);
    reserveNumbers(BLOCK_ROWS, max(width, inputs));
    this.transposedWidth = padded(inputs);
    this.transposed = allocate((<usize>units * <usize>this.transposedWidth) << 2);
    this.zeros = allocate((<usize>max(this.width, this.transposedWidth)) << 2);
  }

  /** Numbers of W and b, with padding. */
  get parameterCount(): i32 {
    return (this.inputs + 1) * this.width;
  }

  /** @param inputRow bytes from one row of inputs to the next @param mask of the first row, or 0 for no dropout */
  forward(inputs: usize, inputRow: usize, rows: i32, mask: usize): void {
    const kernel = this.parameters;
    const row = this.row;
    const bias = kernel + <usize>this.inputs * row;
    const results = this.activated;
    sparseProduct(inputs, inputRow, 4, kernel, row, bias, 0, results, row, rows, this.width, this.inputs);
    activate(this.activation, results, rows * this.width);
    if (!this.hasDropout) return;
    if (mask == 0) memory.copy(this.outputs, results, <usize>rows * row);
    else multiplyByMask(results, this.outputs, mask, rows, this.width, this.units);
  }

  /** Turns `delta` from the derivative with respect to `outputs` into that with respect to `x W + b`. */
  backwardActivation(rows: i32, mask: usize): void {
    if (this.hasDropout) multiplyByMask(this.delta, this.delta, mask, rows, this.width, this.units);
    multiplyBySlope(this.activation, this.delta, this.activated, rows * this.width);
  }

  /** Computes the gradient of W and b. @param isFirst whether this is the batch's first block; others are added */
  backwardParameters(inputs: usize, inputRow: usize, rows: i32, isFirst: bool): void {
    const row = this.row;
    const delta = this.delta;
    const width = this.width;
    const kernel = this.gradient;
    const bias = kernel + <usize>this.inputs * row;
    sparseProduct(
      inputs,
      4,
      inputRow,
      delta,
      row,
      isFirst ? this.zeros : kernel,
      isFirst ? 0 : row,
      kernel,
      row,
      this.inputs,
      width,
      rows,
    );
    product(ONE, 0, 0, delta, row, isFirst ? this.zeros : bias, 0, bias, row, 1, width, rows);
  }

  /** Call before the blocks of a step that need `backwardInputs`. */
  transposeKernel(): void {
    transpose(
      this.parameters,
      this.row,
      this.transposed,
      (<usize>this.transposedWidth) << 2,
      this.inputs,
      this.units,
    );
  }

  /** Computes the derivative with respect to the inputs, `[rows, padded inputs]`. */
  backwardInputs(to: usize, rows: i32): void {
    const row = (<usize>this.transposedWidth) << 2;
    sparseProduct(
      this.delta,
      this.row,
      4,
      this.transposed,
      row,
      this.zeros,
      0,
      to,
      row,
      rows,
      this.transposedWidth,
      this.units,
    );
  }
}
