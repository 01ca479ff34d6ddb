import { flush, flushSquares } from './numbers';

/** The numbers of an optimiser that stay the same in a run; `network/optimiser.ts` defines it. */
export class OptimiserSettings {
  /** 0 if the optimiser has no such sum */
  firstDecay: f32 = 0;
  secondDecay: f32 = 0;
  /** L2 regularisation: this times the parameter is added to the gradient. */
  penalty: f32 = 0;
  /** 0 for no limit */
  gradientClip: f32 = 0;
}

/** Numbers that are added up in Float32. The sums of these parts are added up in Float64. */
const PART: usize = 4096 * 4;

/** Euclidean norm. @param count a multiple of 4 */
export function normOf(gradient: usize, count: i32): f64 {
  const end = gradient + ((<usize>count) << 2);
  let total: f64 = 0;
  while (gradient < end) {
    const partEnd = min(end, gradient + PART);
    let sums = f32x4.splat(0);
    for (; gradient < partEnd; gradient += 16) {
      const values = flush(v128.load(gradient));
      sums = f32x4.add(sums, f32x4.mul(values, values));
    }
    total += <f64>f32x4.extract_lane(sums, 0) + <f64>f32x4.extract_lane(sums, 1);
    total += <f64>f32x4.extract_lane(sums, 2) + <f64>f32x4.extract_lane(sums, 3);
  }
  return Math.sqrt(total);
}

/** Applies clipping and L2 regularisation to the gradient, in place. @param scale 1 for no clipping @param count a multiple of 4 */
export function adjustGradient(
  gradient: usize,
  parameters: usize,
  count: i32,
  scale: f32,
  penalty: f32,
): void {
  if (scale == 1 && penalty == 0) return;
  const scales = f32x4.splat(scale);
  const penalties = f32x4.splat(penalty);
  const end = gradient + ((<usize>count) << 2);
  for (; gradient < end; gradient += 16, parameters += 16) {
    const clipped = f32x4.mul(v128.load(gradient), scales);
    v128.store(gradient, f32x4.add(clipped, f32x4.mul(v128.load(parameters), penalties)));
  }
}

/** `UpdateFactors` of a step. */
export class Factors {
  rate: f32 = 0;
  epsilon: f32 = 0;
  shrink: f32 = 0;
}

/** One update by an optimiser that has both decayed sums (adam, adamw). @param count a multiple of 4 */
export function updateByBoth(
  settings: OptimiserSettings,
  factors: Factors,
  parameters: usize,
  gradient: usize,
  first: usize,
  second: usize,
  count: i32,
): void {
  const firstDecay = f32x4.splat(settings.firstDecay);
  const secondDecay = f32x4.splat(settings.secondDecay);
  const rate = f32x4.splat(factors.rate);
  const epsilon = f32x4.splat(factors.epsilon);
  const shrink = f32x4.splat(factors.shrink);
  const end = parameters + ((<usize>count) << 2);
  for (; parameters < end; parameters += 16, gradient += 16, first += 16, second += 16) {
    const slope = v128.load(gradient);
    const sum = flush(f32x4.add(f32x4.mul(v128.load(first), firstDecay), slope));
    v128.store(first, sum);
    const squares = sumOfSquares(second, secondDecay, slope);
    const direction = f32x4.div(f32x4.mul(sum, rate), f32x4.add(f32x4.sqrt(squares), epsilon));
    v128.store(parameters, flush(f32x4.sub(f32x4.mul(v128.load(parameters), shrink), direction)));
  }
}

/** One update by an optimiser that has only the decayed sum of the gradient (sgd). */
export function updateByFirst(
  settings: OptimiserSettings,
  factors: Factors,
  parameters: usize,
  gradient: usize,
  first: usize,
  count: i32,
): void {
  const decay = f32x4.splat(settings.firstDecay);
  const rate = f32x4.splat(factors.rate);
  const end = parameters + ((<usize>count) << 2);
  for (; parameters < end; parameters += 16, gradient += 16, first += 16) {
    const sum = flush(f32x4.add(f32x4.mul(v128.load(first), decay), v128.load(gradient)));
    v128.store(first, sum);
    v128.store(parameters, flush(f32x4.sub(v128.load(parameters), f32x4.mul(sum, rate))));
  }
}

/** One update by an optimiser that has only the decayed sum of squares (rmsprop). */
export function updateBySecond(
  settings: OptimiserSettings,
  factors: Factors,
  parameters: usize,
  gradient: usize,
  second: usize,
  count: i32,
): void {
  const decay = f32x4.splat(settings.secondDecay);
  const rate = f32x4.splat(factors.rate);
  const epsilon = f32x4.splat(factors.epsilon);
  const end = parameters + ((<usize>count) << 2);
  for (; parameters < end; parameters += 16, gradient += 16, second += 16) {
    const slope = v128.load(gradient);
    const squares = sumOfSquares(second, decay, slope);
    const direction = f32x4.div(f32x4.mul(slope, rate), f32x4.add(f32x4.sqrt(squares), epsilon));
    v128.store(parameters, flush(f32x4.sub(v128.load(parameters), direction)));
  }
}

/** Updates and returns decayed sums of squares. */
function sumOfSquares(sums: usize, decay: v128, values: v128): v128 {
  const sum = flushSquares(f32x4.add(f32x4.mul(v128.load(sums), decay), f32x4.mul(values, values)));
  v128.store(sums, sum);
  return sum;
}
