/** The training of one mlp. One module instance holds one run. `kernels.ts` beside this folder describes the exports. */
import { Activation } from './activation';
import { BLOCK_ROWS, DenseLayer } from './dense-layer';
import { addLoss, LossSums, LossType } from './loss';
import { allocate, padded } from './memory';
import { flushAll } from './numbers';
import {
  adjustGradient,
  Factors,
  normOf,
  OptimiserSettings,
  updateByBoth,
  updateByFirst,
  updateBySecond,
} from './optimiser';

const layers: DenseLayer[] = [];
const sums = new LossSums();
let lossType = LossType.CrossEntropy;
let lossParameter: f64 = 0;
const optimiser = new OptimiserSettings();
const step = new Factors();
let needsNorm = false;
let exponentials: usize = 0;

let parameterCount: i32 = 0;
let parameters: usize = 0;
let gradient: usize = 0;
let firstMoment: usize = 0;
let secondMoment: usize = 0;

let features: usize = 0;
let targets: usize = 0;
let scales: usize = 0;
let factors: usize = 0;
let results: usize = 0;
let predictions: usize = 0;

export function addLayer(inputs: i32, units: i32, activation: Activation, hasDropout: bool): void {
  layers.push(new DenseLayer(inputs, units, activation, hasDropout));
}

export function setLoss(type: LossType, parameter: f64): void {
  lossType = type;
  lossParameter = parameter;
}

export function setOptimiser(firstDecay: f32, secondDecay: f32, penalty: f32, gradientClip: f32): void {
  optimiser.firstDecay = firstDecay;
  optimiser.secondDecay = secondDecay;
  optimiser.penalty = penalty;
  optimiser.gradientClip = gradientClip;
}

/** Allocates parameters, gradient and moments, after the layers and the optimiser are set. */
export function allocateState(gradientNorms: bool): void {
  for (let index = 0; index < layers.length; index += 1) parameterCount += layers[index].parameterCount;
  const bytes = (<usize>parameterCount) << 2;
  parameters = allocate(bytes);
  gradient = allocate(bytes);
  if (optimiser.firstDecay > 0) firstMoment = allocate(bytes);
  if (optimiser.secondDecay > 0) secondMoment = allocate(bytes);
  let offset: usize = 0;
  for (let index = 0; index < layers.length; index += 1) {
    const layer = layers[index];
    layer.parameters = parameters + offset;
    layer.gradient = gradient + offset;
    offset += (<usize>layer.parameterCount) << 2;
  }
  exponentials = allocate((<usize>outputLayer().units) << 3);
  needsNorm = gradientNorms || optimiser.gradientClip > 0;
}

/** Allocates the arrays of a call. @param rows of all batches together */
export function allocateCall(rows: i32, batches: i32): void {
  features = allocate((<usize>padded(rows * layers[0].inputs)) << 2);
  targets = allocate((<usize>rows) << 2);
  scales = allocate((<usize>rows) << 2);
  factors = allocate((<usize>batches * 3) << 2);
  results = allocate((<usize>batches * 3) << 3);
  predictions = allocate((<usize>rows * <usize>outputLayer().units) << 2);
  for (let index = 0; index < layers.length; index += 1) {
    const layer = layers[index];
    // a vector may reach beyond the last row
    if (layer.hasDropout) layer.masks = allocate((<usize>(rows * layer.units + 4)) << 2);
  }
}

export function parametersAddress(): usize {
  return parameters;
}
export function firstMomentAddress(): usize {
  return firstMoment;
}
export function secondMomentAddress(): usize {
  return secondMoment;
}
export function featuresAddress(): usize {
  return features;
}
export function targetsAddress(): usize {
  return targets;
}
export function scalesAddress(): usize {
  return scales;
}
export function factorsAddress(): usize {
  return factors;
}
export function resultsAddress(): usize {
  return results;
}
export function predictionsAddress(): usize {
  return predictions;
}
export function masksAddress(layer: i32): usize {
  return layers[layer].masks;
}

/** Replaces numbers that are too small to store by 0, after the parameters are set. */
export function flushParameters(): void {
  flushAll(parameters, parameterCount);
}

/** Trains on batches of equal size, one after the other. */
export function train(batches: i32, rows: i32): void {
  flushAll(features, padded(batches * rows * layers[0].inputs));
  for (let batch = 0; batch < batches; batch += 1) {
    sums.loss = 0;
    sums.correct = 0;
    for (let index = 1; index < layers.length; index += 1) layers[index].transposeKernel();
    const first = batch * rows;
    const end = first + rows;
    for (let row = first; row < end; row += BLOCK_ROWS) {
      trainBlock(row, min(BLOCK_ROWS, end - row), row == first);
    }
    const norm = needsNorm ? normOf(gradient, parameterCount) : 0;
    update(factors + <usize>batch * 12, norm);
    const result = results + <usize>batch * 24;
    store<f64>(result, sums.loss);
    store<f64>(result, sums.correct, 8);
    store<f64>(result, norm, 16);
  }
}

/** Writes the outputs of rows, `[rows, outputs]`. */
export function predict(rows: i32): void {
  flushAll(features, padded(rows * layers[0].inputs));
  const last = outputLayer();
  const bytes = (<usize>last.units) << 2;
  for (let row = 0; row < rows; row += BLOCK_ROWS) {
    const blockRows = min(BLOCK_ROWS, rows - row);
    forward(row, blockRows, false);
    for (let at = 0; at < blockRows; at += 1) {
      memory.copy(predictions + <usize>(row + at) * bytes, last.outputs + <usize>at * last.row, bytes);
    }
  }
}

/** Updates all parameters. @param factors of the step: rate, epsilon, shrink */
function update(factors: usize, norm: f64): void {
  const limit = <f64>optimiser.gradientClip;
  const scale: f32 = limit > 0 && norm > limit ? <f32>(limit / norm) : 1;
  adjustGradient(gradient, parameters, parameterCount, scale, optimiser.penalty);
  step.rate = load<f32>(factors);
  step.epsilon = load<f32>(factors, 4);
  step.shrink = load<f32>(factors, 8);
  if (secondMoment == 0) updateByFirst(optimiser, step, parameters, gradient, firstMoment, parameterCount);
  else if (firstMoment == 0)
    updateBySecond(optimiser, step, parameters, gradient, secondMoment, parameterCount);
  else updateByBoth(optimiser, step, parameters, gradient, firstMoment, secondMoment, parameterCount);
}

/** Forward and backward pass of rows of a batch. */
function trainBlock(row: i32, rows: i32, isFirst: bool): void {
  forward(row, rows, true);
  const last = outputLayer();
  const offset = (<usize>row) << 2;
  addLoss(
    sums,
    lossType,
    lossParameter,
    last.outputs,
    last.delta,
    targets + offset,
    scales + offset,
    rows,
    last.width,
    last.units,
    exponentials,
  );
  for (let index = layers.length - 1; index > 0; index -= 1) {
    const layer = layers[index];
    const before = layers[index - 1];
    layer.backwardParameters(before.outputs, before.row, rows, isFirst);
    layer.backwardInputs(before.delta, rows);
    before.backwardActivation(rows, maskOf(before, row));
  }
  layers[0].backwardParameters(featuresOf(row), featureRow(), rows, isFirst);
}

function forward(row: i32, rows: i32, withDropout: bool): void {
  let inputs = featuresOf(row);
  let inputRow = featureRow();
  for (let index = 0; index < layers.length; index += 1) {
    const layer = layers[index];
    layer.forward(inputs, inputRow, rows, withDropout ? maskOf(layer, row) : 0);
    inputs = layer.outputs;
    inputRow = layer.row;
  }
}

function outputLayer(): DenseLayer {
  return layers[layers.length - 1];
}

function featureRow(): usize {
  return (<usize>layers[0].inputs) << 2;
}

function featuresOf(row: i32): usize {
  return features + <usize>row * featureRow();
}

function maskOf(layer: DenseLayer, row: i32): usize {
  return layer.hasDropout ? layer.masks + ((<usize>row * <usize>layer.units) << 2) : 0;
}
