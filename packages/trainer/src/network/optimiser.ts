export const OPTIMISER_TYPES = ['adam', 'adamw', 'sgd', 'rmsprop'] as const;

/** How parameters follow the gradient. The learning rate comes with each step. */
export interface OptimiserSpec {
  type: (typeof OPTIMISER_TYPES)[number];
  /**
   * L2: `weightDecay * parameter` is added to the clipped gradient, biases too, as PyTorch's optimisers do; adamw
   * instead shrinks the parameters by `learningRate * weightDecay` before its update.
   */
  weightDecay: number;
  /** Greatest Euclidean norm of the whole gradient of the loss, or `null` for no limit. */
  gradientClip: number | null;
}

/**
 * Moments are kept as decayed sums, `m <- decay * m + g`, not means: the factor `1 - decay` and the bias correction go
 * into the numbers of `UpdateFactors`, which saves two passes over the parameters in every step.
 */
interface Decays {
  /** Of the gradient's decayed sum; `null` where the optimiser keeps none. */
  first: number | null;
  /** Of the squared gradient's decayed sum. */
  second: number | null;
}

/** Adam's and AdamW's (Kingma and Ba 2015), sgd's momentum, and rmsprop's smoothing (PyTorch's defaults, momentum 0.9). */
const DECAYS: Record<OptimiserSpec['type'], Decays> = {
  adam: { first: 0.9, second: 0.999 },
  adamw: { first: 0.9, second: 0.999 },
  sgd: { first: 0.9, second: null },
  rmsprop: { first: null, second: 0.99 },
};
const EPSILON = 1e-8;

export function decaysOf({ type }: OptimiserSpec): Decays {
  return DECAYS[type];
}

/** Vectors of an optimiser's state, each as long as the parameters: its decayed sums, that of the gradient first. */
export function momentCount(spec: OptimiserSpec): number {
  const { first, second } = decaysOf(spec);
  return Number(first !== null) + Number(second !== null);
}

/**
 * One update is `p <- shrink * p - rate * m / (sqrt(v) + epsilon)`, with the gradient where there is no `m`, and without
 * the divisor where there is no `v`.
 */
export interface UpdateFactors {
  rate: number;
  epsilon: number;
  shrink: number;
}

/** Counts updates and gives their factors. `decay ** steps` by repeated multiplication: `**` may differ in the last bit between versions of Node. */
export class UpdateCount {
  private steps = 0;
  private firstPower = 1;
  private secondPower = 1;

  constructor(private readonly spec: OptimiserSpec) {}

  /** Updates made so far. */
  get step(): number {
    return this.steps;
  }

  restore(steps: number): void {
    this.steps = 0;
    this.firstPower = 1;
    this.secondPower = 1;
    while (this.steps < steps) this.count();
  }

  /** Counts one more update. */
  next(learningRate: number): UpdateFactors {
    this.count();
    const { type, weightDecay } = this.spec;
    const { first, second } = decaysOf(this.spec);
    const shrink = type === 'adamw' ? 1 - learningRate * weightDecay : 1;
    if (second === null) return { rate: learningRate, epsilon: 0, shrink };
    const corrects = type !== 'rmsprop';
    // From decayed sums to means of the gradient, and of its square under the root.
    const mean = first === null ? 1 : (1 - first) / (1 - this.firstPower);
    const root = Math.sqrt((1 - second) / (corrects ? 1 - this.secondPower : 1));
    return { rate: (learningRate * mean) / root, epsilon: EPSILON / root, shrink };
  }

  private count(): void {
    const { first, second } = decaysOf(this.spec);
    this.steps += 1;
    this.firstPower *= first ?? 0;
    this.secondPower *= second ?? 0;
  }
}

/** An optimiser on flat vectors. Its moments and its step count are its whole state. */
export class Optimiser {
  readonly moments: Float32Array[];
  private readonly updates: UpdateCount;

  constructor(
    private readonly spec: OptimiserSpec,
    size: number,
  ) {
    this.moments = Array.from({ length: momentCount(spec) }, () => new Float32Array(size));
    this.updates = new UpdateCount(spec);
  }

  /** Updates made so far. */
  get step(): number {
    return this.updates.step;
  }

  restore(moments: readonly Float32Array[], steps: number): void {
    if (moments.length !== this.moments.length) {
      throw new RangeError(`${this.spec.type} has ${this.moments.length} moments, not ${moments.length}`);
    }
    moments.forEach((moment, index) => this.moments[index]!.set(moment));
    this.updates.restore(steps);
  }

  /**
   * One update in place. All arrays have the size given to the constructor.
   *
   * @returns the gradient's Euclidean norm before clipping
   */
  update(parameters: Float32Array, gradient: Float32Array, learningRate: number): number {
    const { type, weightDecay, gradientClip } = this.spec;
    const size = parameters.length;
    let squares = 0;
    for (let i = 0; i < size; i += 1) squares += gradient[i]! * gradient[i]!;
    const norm = Math.sqrt(squares);
    const scale = gradientClip !== null && norm > gradientClip ? gradientClip / norm : 1;
    const penalty = type === 'adamw' ? 0 : weightDecay;
    const { first, second } = decaysOf(this.spec);
    const firstSum = first === null ? null : this.moments[0]!;
    const secondSum = second === null ? null : this.moments.at(-1)!;
    const { rate, epsilon, shrink } = this.updates.next(learningRate);
    for (let i = 0; i < size; i += 1) {
      const slope = gradient[i]! * scale + penalty * parameters[i]!;
      let direction = slope;
      if (firstSum !== null) {
        direction = first! * firstSum[i]! + slope;
        firstSum[i] = direction;
      }
      let divisor = 1;
      if (secondSum !== null) {
        const sum = second! * secondSum[i]! + slope * slope;
        secondSum[i] = sum;
        divisor = Math.sqrt(sum) + epsilon;
      }
      parameters[i] = shrink * parameters[i]! - (rate * direction) / divisor;
    }
    return norm;
  }
}
