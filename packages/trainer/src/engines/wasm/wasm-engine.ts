import { KtrdrError } from '@ktrdr/contracts';
import { fillRowScales, type LossSpec } from '../../network/loss.js';
import {
  ACTIVATIONS,
  parameterLayout,
  type MlpSpec,
  type ParameterTensor,
} from '../../network/model-spec.js';
import { decaysOf, momentCount, UpdateCount } from '../../network/optimiser.js';
import { unsupportedModel } from '../engine-support.js';
import type { Engine, EngineSetup, EngineState, StepResult, TrainingBatches } from '../engine.js';
import { createKernels, type Address, type Kernels } from './kernels.js';
import { checkCallSize, checkNetworkSize } from './memory-limit.js';
import { padRows, paddedCount, unpadRows } from './padded-rows.js';

/** Approximate rows for one call. More do not make it faster. */
const ROWS_AT_ONCE = 512;
const FACTORS_PER_STEP = 3;
const RESULTS_PER_STEP = 3;
/** The numbers of losses in `kernels/loss.ts`. */
const LOSS_NUMBERS: Record<LossSpec['type'], number> = { cross_entropy: 0, focal: 1, mse: 2, huber: 3 };
/** The number of an output layer's activation in `kernels/activation.ts`; the others are in the order of `ACTIVATIONS`. */
const NO_ACTIVATION = ACTIVATIONS.length;

/** The state of one run. */
interface Run {
  setup: EngineSetup;
  model: MlpSpec;
  layout: ParameterTensor[];
  kernels: Kernels;
  updates: UpdateCount;
  /** Layers with dropout, in order. */
  masked: number[];
  /** Size of the memory for a call's arrays. */
  room: { rows: number; batches: number };
}

/** Computes training steps of an mlp with our own kernels in WebAssembly. The result is the same on every machine. */
export class WasmEngine implements Engine {
  readonly name = 'wasm';
  readonly device = 'cpu';
  private run: Run | null = null;

  stepsAtOnce(batchRows: number): number {
    return Math.max(1, Math.floor(ROWS_AT_ONCE / batchRows));
  }

  async init(setup: EngineSetup): Promise<void> {
    const { model } = setup;
    if (model.type !== 'mlp') throw unsupportedModel(this.name, model.type);
    const layout = parameterLayout(model);
    checkNetworkSize(layout, momentCount(setup.optimiser));
    const masked = model.layers.flatMap(({ dropout }, layer) => (dropout > 0 ? [layer] : []));
    this.run = {
      setup,
      model,
      layout,
      kernels: kernelsOf(setup, model),
      updates: new UpdateCount(setup.optimiser),
      masked,
      room: { rows: 0, batches: 0 },
    };
    this.setParameters(this.run, setup.parameters);
  }

  async step(batches: TrainingBatches): Promise<StepResult[]> {
    const run = this.current();
    const { setup, kernels, updates, masked } = run;
    const { count, features, targets, weights, masks, learningRate } = batches;
    const rows = targets.length;
    const batchRows = rows / count;
    makeRoom(run, rows, count);

    floats(kernels, kernels.featuresAddress(), features.length).set(features);
    const targetValues = targets instanceof Int32Array ? integers : floats;
    targetValues(kernels, kernels.targetsAddress(), rows).set(targets);
    masks.forEach((mask, index) => {
      floats(kernels, kernels.masksAddress(masked[index]!), mask.length).set(mask);
    });
    const scales = floats(kernels, kernels.scalesAddress(), rows);
    for (let start = 0; start < rows; start += batchRows) {
      const end = start + batchRows;
      const batchWeights = weights?.subarray(start, end) ?? null;
      fillRowScales(scales.subarray(start, end), targets.subarray(start, end), setup.loss, batchWeights);
    }
    const factors = floats(kernels, kernels.factorsAddress(), FACTORS_PER_STEP * count);
    for (let at = 0; at < factors.length; at += FACTORS_PER_STEP) {
      const { rate, epsilon, shrink } = updates.next(learningRate);
      factors[at] = rate;
      factors[at + 1] = epsilon;
      factors[at + 2] = shrink;
    }
    kernels.train(count, batchRows);

    const results = doubles(kernels, kernels.resultsAddress(), RESULTS_PER_STEP * count);
    return Array.from({ length: count }, (_, step) => {
      const at = RESULTS_PER_STEP * step;
      return {
        loss: results[at]!,
        correct: results[at + 1]!,
        gradientNorm: setup.gradientNorms ? results[at + 2]! : null,
      };
    });
  }

  async predict(features: Float32Array): Promise<Float32Array> {
    const run = this.current();
    const { kernels, model } = run;
    const all = features.length / model.inputs;
    const outputs = new Float32Array(all * model.outputs);
    for (let start = 0; start < all; start += ROWS_AT_ONCE) {
      const rows = Math.min(ROWS_AT_ONCE, all - start);
      makeRoom(run, rows, 1);
      const part = features.subarray(start * model.inputs, (start + rows) * model.inputs);
      floats(kernels, kernels.featuresAddress(), part.length).set(part);
      kernels.predict(rows);
      const predictions = floats(kernels, kernels.predictionsAddress(), rows * model.outputs);
      outputs.set(predictions, start * model.outputs);
    }
    return outputs;
  }

  getState(): Promise<EngineState> {
    const { kernels, layout, updates } = this.current();
    const count = paddedCount(layout);
    const values = (address: Address): Float32Array => unpadRows(layout, floats(kernels, address, count));
    return Promise.resolve({
      parameters: values(kernels.parametersAddress()),
      moments: momentAddresses(this.current()).map(values),
      step: updates.step,
    });
  }

  setState(state: EngineState): Promise<void> {
    const run = this.current();
    const { kernels, layout, updates } = run;
    this.setParameters(run, state.parameters);
    momentAddresses(run).forEach((address, index) => {
      padRows(layout, state.moments[index]!, floats(kernels, address, paddedCount(layout)));
    });
    updates.restore(state.step);
    return Promise.resolve();
  }

  dispose(): void {
    this.run = null;
  }

  private setParameters({ kernels, layout }: Run, parameters: Float32Array): void {
    padRows(layout, parameters, floats(kernels, kernels.parametersAddress(), paddedCount(layout)));
    kernels.flushParameters();
  }

  private current(): Run {
    if (this.run === null) {
      throw new KtrdrError('internal_error', 'The engine was used before init or after dispose.');
    }
    return this.run;
  }
}

/** An instance with the setup's network, and room for its state. */
function kernelsOf({ loss, optimiser, gradientNorms }: EngineSetup, model: MlpSpec): Kernels {
  const kernels = createKernels();
  let inputs = model.inputs;
  for (const { units, activation, dropout } of model.layers) {
    kernels.addLayer(inputs, units, ACTIVATIONS.indexOf(activation), dropout > 0);
    inputs = units;
  }
  kernels.addLayer(inputs, model.outputs, NO_ACTIVATION, false);
  kernels.setLoss(LOSS_NUMBERS[loss.type], lossParameter(loss));
  const { first, second } = decaysOf(optimiser);
  const penalty = optimiser.type === 'adamw' ? 0 : optimiser.weightDecay;
  kernels.setOptimiser(first ?? 0, second ?? 0, penalty, optimiser.gradientClip ?? 0);
  kernels.allocateState(gradientNorms);
  return kernels;
}

function lossParameter(loss: LossSpec): number {
  switch (loss.type) {
    case 'focal':
      return loss.gamma;
    case 'huber':
      return loss.delta;
    default:
      return 0;
  }
}

function momentAddresses({ kernels, setup }: Run): Address[] {
  const { first, second } = decaysOf(setup.optimiser);
  return [
    ...(first === null ? [] : [kernels.firstMomentAddress()]),
    ...(second === null ? [] : [kernels.secondMomentAddress()]),
  ];
}

/** Allocates memory for a larger call than before. The memory of a smaller one is not freed, so a call gets the usual size at once. */
function makeRoom({ kernels, model, room }: Run, rows: number, batches: number): void {
  if (rows <= room.rows && batches <= room.batches) return;
  const larger = {
    rows: Math.max(room.rows, rows, ROWS_AT_ONCE),
    batches: Math.max(room.batches, batches, ROWS_AT_ONCE),
  };
  checkCallSize(model, larger.rows);
  kernels.allocateCall(larger.rows, larger.batches);
  // not before: a call after a refused one must not write to memory that it does not have
  Object.assign(room, larger);
}

// Memory that grows gets a new buffer, so views are made for each call.
function floats({ memory }: Kernels, address: Address, length: number): Float32Array {
  return new Float32Array(memory.buffer, address >>> 0, length);
}

function integers({ memory }: Kernels, address: Address, length: number): Int32Array {
  return new Int32Array(memory.buffer, address >>> 0, length);
}

function doubles({ memory }: Kernels, address: Address, length: number): Float64Array {
  return new Float64Array(memory.buffer, address >>> 0, length);
}
