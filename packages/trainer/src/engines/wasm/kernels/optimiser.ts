import { flush, flushSquares } from './numbers';

/** The numbers of an optimiser that stay the same in a run; `network/optimiser.ts` defines it. */
export class OptimiserSettings {
  /** 0 if the optimiser has no such sum */
  firstDecay: f32 = 0;
  secondDecay: f32 = 0;
  /** What is added to the gradient, times the parameter. */
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

/**
 * One update of all parameters.
 *
 * @param count a multiple of 4
 * @param norm the gradient's norm, if it is clipped
 * @param first, second the decayed sums of the gradient and of its square, if the optimiser has them
 * @param rate, epsilon, shrink `UpdateFactors`
 */
export function update(
  settings: OptimiserSettings,
  parameters: usize,
  gradient: usize,
  first: usize,
  second: usize,
  count: i32,
  norm: f64,
  rate: f32,
  epsilon: f32,
  shrink: f32,
): void {
  const limit = <f64>settings.gradientClip;
  const scale = f32x4.splat(limit > 0 && norm > limit ? <f32>(limit / norm) : 1);
  const penalty = f32x4.splat(settings.penalty);
  const firstDecay = f32x4.splat(settings.firstDecay);
  const secondDecay = f32x4.splat(settings.secondDecay);
  const rates = f32x4.splat(rate);
  const epsilons = f32x4.splat(epsilon);
  const shrinks = f32x4.splat(shrink);
  const end = parameters + ((<usize>count) << 2);
  for (; parameters < end; parameters += 16) {
    const before = v128.load(parameters);
    const slope = flush(f32x4.add(f32x4.mul(v128.load(gradient), scale), f32x4.mul(before, penalty)));
    let direction = slope;
    if (first != 0) {
      direction = flush(f32x4.add(f32x4.mul(v128.load(first), firstDecay), slope));
      v128.store(first, direction);
      first += 16;
    }
    if (second != 0) {
      const sum = flushSquares(f32x4.add(f32x4.mul(v128.load(second), secondDecay), f32x4.mul(slope, slope)));
      v128.store(second, sum);
      second += 16;
      direction = f32x4.div(direction, f32x4.add(f32x4.sqrt(sum), epsilons));
    }
    const after = f32x4.sub(f32x4.mul(before, shrinks), f32x4.mul(direction, rates));
    v128.store(parameters, flush(after));
    gradient += 16;
  }
}
