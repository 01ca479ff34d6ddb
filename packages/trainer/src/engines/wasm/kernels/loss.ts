import { flushed } from './numbers';

export const enum LossType {
  CrossEntropy,
  Focal,
  SquaredError,
  Huber,
}

/** `SMALLEST_MISS` in `network/loss.ts` */
const SMALLEST_MISS: f64 = 1e-7;

/** The sums of `lossSums` in `network/loss.ts`, which defines the losses. */
export class LossSums {
  loss: f64 = 0;
  correct: f64 = 0;
}

/**
 * Adds the loss of rows to the sums, and writes the derivative with respect to the outputs.
 *
 * @param parameter gamma of the focal loss, delta of the Huber loss
 * @param outputs, gradient `[rows, columns]`, columns padded to a multiple of 4
 * @param targets `[rows]`: classes, or Float32 values of a regression
 * @param scales `[rows]`
 * @param exponentials memory for `classes` Float64 numbers
 */
export function addLoss(
  sums: LossSums,
  type: LossType,
  parameter: f64,
  outputs: usize,
  gradient: usize,
  targets: usize,
  scales: usize,
  rows: i32,
  columns: i32,
  classes: i32,
  exponentials: usize,
): void {
  const isRegression = type == LossType.SquaredError || type == LossType.Huber;
  for (let row = 0; row < rows; row += 1) {
    const scale = <f64>load<f32>(scales);
    if (isRegression) addRegression(sums, type, parameter, outputs, gradient, load<f32>(targets), scale);
    else {
      addClass(sums, type, parameter, outputs, gradient, load<i32>(targets), scale, classes, exponentials);
    }
    outputs += (<usize>columns) << 2;
    gradient += (<usize>columns) << 2;
    targets += 4;
    scales += 4;
  }
}

function addClass(
  sums: LossSums,
  type: LossType,
  gamma: f64,
  outputs: usize,
  gradient: usize,
  target: i32,
  scale: f64,
  classes: i32,
  exponentials: usize,
): void {
  let greatest = 0;
  let maximum = load<f32>(outputs);
  for (let k = 1; k < classes; k += 1) {
    const output = load<f32>(outputs + ((<usize>k) << 2));
    if (output > maximum) {
      maximum = output;
      greatest = k;
    }
  }
  let total: f64 = 0;
  for (let k = 0; k < classes; k += 1) {
    const exponential = Math.exp(<f64>load<f32>(outputs + ((<usize>k) << 2)) - <f64>maximum);
    store<f64>(exponentials + ((<usize>k) << 3), exponential);
    total += exponential;
  }
  const surprise = Math.log(total) + <f64>maximum - <f64>load<f32>(outputs + ((<usize>target) << 2));
  let lossFactor: f64 = 1;
  let gradientFactor: f64 = 1;
  if (type == LossType.Focal) {
    const probability = load<f64>(exponentials + ((<usize>target) << 3)) / total;
    const miss = Math.max(1 - probability, SMALLEST_MISS);
    lossFactor = Math.pow(miss, gamma);
    gradientFactor = lossFactor + gamma * probability * Math.pow(miss, gamma - 1) * surprise;
  }
  sums.loss += scale * lossFactor * surprise;
  if (greatest == target) sums.correct += 1;
  const factor = scale * gradientFactor;
  for (let k = 0; k < classes; k += 1) {
    const probability = load<f64>(exponentials + ((<usize>k) << 3)) / total;
    store<f32>(gradient + ((<usize>k) << 2), flushed(factor * (probability - (k == target ? 1 : 0))));
  }
}

function addRegression(
  sums: LossSums,
  type: LossType,
  delta: f64,
  outputs: usize,
  gradient: usize,
  target: f32,
  scale: f64,
): void {
  const output = load<f32>(outputs);
  const error = <f64>output - <f64>target;
  const size = Math.abs(error);
  let value = error * error;
  let slope = 2 * error;
  if (type == LossType.Huber) {
    if (size <= delta) {
      value = value / 2;
      slope = error;
    } else {
      value = delta * (size - delta / 2);
      slope = error > 0 ? delta : -delta;
    }
  }
  sums.loss += scale * value;
  if (output > 0 == target > 0) sums.correct += 1;
  store<f32>(gradient, flushed(scale * slope));
}
