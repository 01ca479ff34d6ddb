/** How parameters follow the gradient. The learning rate comes with each step. */
export interface OptimiserSpec {
  type: 'adam';
  /** L2: `weightDecay * parameter` is added to the clipped gradient; biases too (as PyTorch's Adam). */
  weightDecay: number;
  /** Greatest Euclidean norm of the whole gradient of the loss, or `null` for no limit. */
  gradientClip: number | null;
}

const BETA_1 = 0.9;
const BETA_2 = 0.999;
const EPSILON = 1e-8;

/**
 * Adam (Kingma and Ba 2015, algorithm 1) on flat parameter vectors, with bias correction, gradient clipping by the
 * global norm and L2. Its two moments and its step count are its whole state.
 */
export class Adam {
  readonly firstMoment: Float32Array;
  readonly secondMoment: Float32Array;
  private steps = 0;
  /** `BETA_1 ** steps` by repeated multiplication: `**` may differ in the last bit between versions of Node. */
  private power1 = 1;
  private power2 = 1;

  constructor(
    private readonly spec: OptimiserSpec,
    size: number,
  ) {
    this.firstMoment = new Float32Array(size);
    this.secondMoment = new Float32Array(size);
  }

  /** Updates made so far. */
  get step(): number {
    return this.steps;
  }

  restore(moments: readonly Float32Array[], steps: number): void {
    const [first, second] = moments;
    if (moments.length !== 2 || first === undefined || second === undefined) {
      throw new RangeError(`Adam has two moments, not ${moments.length}`);
    }
    this.firstMoment.set(first);
    this.secondMoment.set(second);
    this.steps = 0;
    this.power1 = 1;
    this.power2 = 1;
    while (this.steps < steps) this.count();
  }

  /**
   * One update in place. All arrays have the size given to the constructor.
   *
   * @returns the gradient's Euclidean norm before clipping
   */
  update(parameters: Float32Array, gradient: Float32Array, learningRate: number): number {
    const { weightDecay, gradientClip } = this.spec;
    const { firstMoment, secondMoment } = this;
    const size = parameters.length;
    let squares = 0;
    for (let i = 0; i < size; i += 1) squares += gradient[i]! * gradient[i]!;
    const norm = Math.sqrt(squares);
    const scale = gradientClip !== null && norm > gradientClip ? gradientClip / norm : 1;

    this.count();
    const rate = learningRate / (1 - this.power1);
    const spread = 1 / Math.sqrt(1 - this.power2);
    for (let i = 0; i < size; i += 1) {
      const slope = gradient[i]! * scale + weightDecay * parameters[i]!;
      const first = BETA_1 * firstMoment[i]! + (1 - BETA_1) * slope;
      const second = BETA_2 * secondMoment[i]! + (1 - BETA_2) * slope * slope;
      firstMoment[i] = first;
      secondMoment[i] = second;
      parameters[i]! -= (rate * first) / (Math.sqrt(second) * spread + EPSILON);
    }
    return norm;
  }

  private count(): void {
    this.steps += 1;
    this.power1 *= BETA_1;
    this.power2 *= BETA_2;
  }
}
