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

/** The hyperbolic tangent (Cephes, `tanhf`). */
function tanh(x: v128): v128 {
  const size = f32x4.abs(x);
  const square = f32x4.mul(x, x);
  let series = f32x4.splat(-5.70498872745e-3);
  series = f32x4.add(f32x4.mul(series, square), f32x4.splat(2.06390887954e-2));
  series = f32x4.add(f32x4.mul(series, square), f32x4.splat(-5.37397155531e-2));
  series = f32x4.add(f32x4.mul(series, square), f32x4.splat(1.33314422036e-1));
  series = f32x4.add(f32x4.mul(series, square), f32x4.splat(-3.33332819422e-1));
  const near = f32x4.add(f32x4.mul(f32x4.mul(series, square), x), x);
  const one = f32x4.splat(1);
  const exponential = exp(f32x4.add(size, size));
  const far = f32x4.sub(one, f32x4.div(f32x4.splat(2), f32x4.add(exponential, one)));
  const signed = v128.or(far, v128.and(x, f32x4.splat(-0.0)));
  return v128.bitselect(near, signed, f32x4.lt(size, f32x4.splat(0.625)));
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
