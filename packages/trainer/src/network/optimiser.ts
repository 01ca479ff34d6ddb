export const OPTIMISER_TYPES = ['adam', 'adamw', 'sgd', 'rmsprop'] as const;

/** How an optimiser updates the parameters. The learning rate is passed with each step. */
export interface OptimiserSpec {
  type: (typeof OPTIMISER_TYPES)[number];
  /**
   * L2 regularisation: adds `weightDecay * parameter` to the clipped gradient, also for biases, as PyTorch's optimisers do. adamw
   * instead multiplies the parameters by `1 - learningRate * weightDecay` before its update.
   */
  weightDecay: number;
  /** Upper limit of the gradient's Euclidean norm, or `null` for no limit. */
  gradientClip: number | null;
}

/**
 * Moments are decayed sums, `m <- decay * m + g`, not means. `UpdateFactors` contain the factor `1 - decay` and the bias
 * correction, which saves two passes over the parameters in every step.
 */
interface Decays {
  /** Decay of the gradient's sum, or `null` if the optimiser keeps none. */
  first: number | null;
  /** Decay of the squared gradient's sum, or `null` if the optimiser keeps none. */
  second: number | null;
}

/** Adam and AdamW: Kingma and Ba 2015. The rest: PyTorch's defaults, and sgd with momentum 0.9. */
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

/** Number of vectors in an optimiser's state: its decayed sums, the gradient's first. Each is as long as the parameters. */
export function momentCount(spec: OptimiserSpec): number {
  const { first, second } = decaysOf(spec);
  return Number(first !== null) + Number(second !== null);
}

/**
 * One update is `p <- shrink * p - rate * m / (sqrt(v) + epsilon)`. Without `m` it uses the gradient; without `v` it does not
 * divide.
 */
export interface UpdateFactors {
  rate: number;
  epsilon: number;
  shrink: number;
}

/** Counts updates and computes their factors. Multiplies repeatedly instead of `decay ** steps`: the last bit of `**` may differ between Node versions. */
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

  /** Counts one update and returns its factors. */
  next(learningRate: number): UpdateFactors {
    this.count();
    const { type, weightDecay } = this.spec;
    const { first, second } = decaysOf(this.spec);
    const shrink = type === 'adamw' ? 1 - learningRate * weightDecay : 1;
    if (second === null) return { rate: learningRate, epsilon: 0, shrink };
    const corrects = type !== 'rmsprop';
    // These turn decayed sums into bias-corrected means: of the gradient, and of its square (under the root).
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

/** An optimiser on flat vectors. Its state consists of the moments and the step count. */
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
