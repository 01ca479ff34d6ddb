import { flush } from './numbers';

/** In the order of `ACTIVATIONS` in `network/model-spec.ts`; an output layer has none. */
export const enum Activation {
  Relu,
  LeakyRelu,
  Tanh,
  Sigmoid,
  None,
}

/** `LEAKY_RELU_SLOPE` in `network/model-spec.ts` */
const LEAKY_SLOPE: f32 = 0.01;

/** Applies an activation in place. @param count a multiple of 4 */
export function activate(activation: Activation, values: usize, count: i32): void {
  const end = values + ((<usize>count) << 2);
  const zero = f32x4.splat(0);
  const leaky = f32x4.splat(LEAKY_SLOPE);
  switch (activation) {
    case Activation.Relu:
      for (; values < end; values += 16) {
        // In this order NaN stays NaN, so that a diverged training is noticed.
        v128.store(values, flush(f32x4.pmax(v128.load(values), zero)));
      }
      break;
    case Activation.LeakyRelu:
      for (; values < end; values += 16) {
        const x = v128.load(values);
        v128.store(values, flush(f32x4.pmax(x, f32x4.mul(x, leaky))));
      }
      break;
    case Activation.Tanh:
      for (; values < end; values += 16) v128.store(values, flush(tanh(v128.load(values))));
      break;
    case Activation.Sigmoid:
      for (; values < end; values += 16) v128.store(values, flush(sigmoid(v128.load(values))));
      break;
  }
}

/** Multiplies gradients by the derivative of an activation, in place. @param activated the activation's results @param count a multiple of 4 */
export function multiplyBySlope(activation: Activation, gradient: usize, activated: usize, count: i32): void {
  const end = gradient + ((<usize>count) << 2);
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  const leaky = f32x4.splat(LEAKY_SLOPE);
  switch (activation) {
    case Activation.Relu:
      for (; gradient < end; gradient += 16, activated += 16) {
        const isOn = f32x4.gt(v128.load(activated), zero);
        v128.store(gradient, flush(v128.and(v128.load(gradient), isOn)));
      }
      break;
    case Activation.LeakyRelu:
      for (; gradient < end; gradient += 16, activated += 16) {
        const values = v128.load(gradient);
        const isOn = f32x4.gt(v128.load(activated), zero);
        v128.store(gradient, flush(v128.bitselect(values, f32x4.mul(values, leaky), isOn)));
      }
      break;
    case Activation.Tanh:
      for (; gradient < end; gradient += 16, activated += 16) {
        const y = v128.load(activated);
        const slope = f32x4.sub(one, f32x4.mul(y, y));
        v128.store(gradient, flush(f32x4.mul(v128.load(gradient), slope)));
      }
      break;
    case Activation.Sigmoid:
      for (; gradient < end; gradient += 16, activated += 16) {
        const y = v128.load(activated);
        const slope = f32x4.sub(y, f32x4.mul(y, y));
        v128.store(gradient, flush(f32x4.mul(v128.load(gradient), slope)));
      }
      break;
  }
}

/** The hyperbolic tangent as a rational function, within 5 units of the last place (Eigen, `generic_fast_tanh_float`). */
function tanh(x: v128): v128 {
  // In this order NaN stays NaN.
  x = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-9)), f32x4.splat(9));
  const square = f32x4.mul(x, x);
  let above = f32x4.splat(-2.76076847742355e-16);
  above = f32x4.add(f32x4.mul(above, square), f32x4.splat(2.00018790482477e-13));
  above = f32x4.add(f32x4.mul(above, square), f32x4.splat(-8.60467152213735e-11));
  above = f32x4.add(f32x4.mul(above, square), f32x4.splat(5.12229709037114e-8));
  above = f32x4.add(f32x4.mul(above, square), f32x4.splat(1.48572235717979e-5));
  above = f32x4.add(f32x4.mul(above, square), f32x4.splat(6.37261928875436e-4));
  above = f32x4.add(f32x4.mul(above, square), f32x4.splat(4.89352455891786e-3));
  let below = f32x4.splat(1.19825839466702e-6);
  below = f32x4.add(f32x4.mul(below, square), f32x4.splat(1.18534705686654e-4));
  below = f32x4.add(f32x4.mul(below, square), f32x4.splat(2.268434632439e-3));
  below = f32x4.add(f32x4.mul(below, square), f32x4.splat(4.89352518554385e-3));
  return f32x4.div(f32x4.mul(above, x), below);
}

/** `1 / (1 + e^-x)` */
function sigmoid(x: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(one, f32x4.add(one, exp(f32x4.neg(x))));
}

/** Powers of e (Cephes, `expf`). Beyond +-64 the result is that of +-64. */
function exp(x: v128): v128 {
  // In this order NaN stays NaN.
  x = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-64)), f32x4.splat(64));
  // Adding 1.5 * 2^23 rounds to an integer, which is then in the lowest bits.
  const shift = f32x4.splat(12582912);
  const shifted = f32x4.add(f32x4.mul(x, f32x4.splat(1.44269504088896341)), shift);
  const power = f32x4.sub(shifted, shift);
  // ln 2 in two parts: the product with the first is exact.
  x = f32x4.sub(x, f32x4.mul(power, f32x4.splat(0.693359375)));
  x = f32x4.sub(x, f32x4.mul(power, f32x4.splat(-2.1219444e-4)));
  let series = f32x4.splat(1.98756915e-4);
  series = f32x4.add(f32x4.mul(series, x), f32x4.splat(1.3981999507e-3));
  series = f32x4.add(f32x4.mul(series, x), f32x4.splat(8.3334519073e-3));
  series = f32x4.add(f32x4.mul(series, x), f32x4.splat(4.1665795894e-2));
  series = f32x4.add(f32x4.mul(series, x), f32x4.splat(1.6666665459e-1));
  series = f32x4.add(f32x4.mul(series, x), f32x4.splat(5.0000001201e-1));
  const result = f32x4.add(f32x4.add(f32x4.mul(series, f32x4.mul(x, x)), x), f32x4.splat(1));
  // Adds the integer to the exponent.
  return i32x4.add(result, i32x4.shl(shifted, 23));
}
