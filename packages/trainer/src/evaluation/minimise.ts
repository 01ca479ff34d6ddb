/** A convex function of `x`. Writes its gradient and returns its value. */
export type Objective = (x: Float64Array, gradient: Float64Array) => Promise<number>;

/** Number of pairs (step, gradient change) in the memory. */
const MEMORY = 10;
const MOST_ITERATIONS = 100;
const MOST_HALVINGS = 30;
/** Armijo's condition: a step must give at least this share of the predicted descent. */
const SUFFICIENT = 1e-4;
/** A gradient without a greater component than this counts as zero. */
const FLAT = 1e-5;

/**
 * Minimum of a smooth convex function from `x` = 0: L-BFGS (Nocedal and Wright 2006, algorithm 7.4) with step halving.
 * The same function gives the same bytes. Stops after 100 iterations, which is close enough for a baseline.
 */
export async function minimise(objective: Objective, size: number): Promise<Float64Array> {
  let x = new Float64Array(size);
  let gradient = new Float64Array(size);
  let value = await objective(x, gradient);
  const memory: Correction[] = [];
  for (let iteration = 0; iteration < MOST_ITERATIONS && greatest(gradient) > FLAT; iteration += 1) {
    const direction = descent(gradient, memory);
    const slope = dot(direction, gradient);
    let step = memory.length === 0 ? 1 / Math.max(1, Math.sqrt(dot(gradient, gradient))) : 1;
    let next = { x, gradient: new Float64Array(size), value: Number.POSITIVE_INFINITY };
    for (let halvings = 0; halvings < MOST_HALVINGS; halvings += 1) {
      next.x = x.map((at, i) => at + step * direction[i]!);
      next.value = await objective(next.x, next.gradient);
      if (next.value <= value + SUFFICIENT * step * slope) break;
      step /= 2;
    }
    if (!(next.value < value)) break;
    remember(memory, difference(next.x, x), difference(next.gradient, gradient));
    ({ x, gradient, value } = next);
  }
  return x;
}

interface Correction {
  step: Float64Array;
  change: Float64Array;
  /** 1 / (step . change) */
  scale: number;
}

function remember(memory: Correction[], step: Float64Array, change: Float64Array): void {
  const curvature = dot(step, change);
  if (curvature <= 0) return;
  memory.push({ step, change, scale: 1 / curvature });
  if (memory.length > MEMORY) memory.shift();
}

/** The descent direction: minus the gradient, multiplied by the inverse curvature from the memory (two-loop recursion). */
function descent(gradient: Float64Array, memory: readonly Correction[]): Float64Array {
  const direction = gradient.map((value) => -value);
  const factors = memory.map(() => 0);
  for (let i = memory.length - 1; i >= 0; i -= 1) {
    const { step, change, scale } = memory[i]!;
    factors[i] = scale * dot(step, direction);
    addScaled(direction, change, -factors[i]!);
  }
  const last = memory.at(-1);
  if (last !== undefined) {
    const size = 1 / (last.scale * dot(last.change, last.change));
    direction.forEach((value, i) => (direction[i] = value * size));
  }
  memory.forEach(({ step, change, scale }, i) => {
    addScaled(direction, step, factors[i]! - scale * dot(change, direction));
  });
  return direction;
}

function addScaled(to: Float64Array, values: Float64Array, factor: number): void {
  for (let i = 0; i < to.length; i += 1) to[i]! += factor * values[i]!;
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value - b[i]!);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += a[i]! * b[i]!;
  return sum;
}

function greatest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
