import { KtrdrError, type EngineName } from '@ktrdr/contracts';
import type * as TensorFlow from '@tensorflow/tfjs-core';
import { fillRowScales, lossSums, type LossSums, type Targets } from '../../network/loss.js';
import { parameterLayout, type MlpSpec } from '../../network/model-spec.js';
import { Optimiser } from '../../network/optimiser.js';
import type { Engine, EngineSetup, EngineState, StepResult, TrainingBatches } from '../engine.js';
import { unsupportedModel } from '../engine-support.js';
import { DenseLayer, type DenseParameters, type DenseTrace } from './dense-layer.js';
import type { Backend } from './load-backend.js';

type Tensor2D = TensorFlow.Tensor2D;

/** The state of one run. */
interface Run {
  setup: EngineSetup;
  model: MlpSpec;
  layers: DenseLayer[];
  parameters: Float32Array;
  gradient: Float32Array;
  optimiser: Optimiser;
}

/** Part of a batch: its range of rows in the call, their targets and their scales. */
interface Rows {
  start: number;
  end: number;
  targets: Targets;
  scales: Float32Array;
}

/**
 * Trains with TensorFlow.js. It computes the matrix products and activations; the backward pass, loss and optimiser are our own.
 * Parameters are one flat array, which is copied to the backend in each step. No tensor outlives a call.
 */
export class TensorFlowEngine implements Engine {
  readonly name: EngineName;
  readonly device: string;
  private readonly tf: typeof TensorFlow;
  private run: Run | null = null;

  constructor(private readonly backend: Backend) {
    this.name = backend.engine;
    this.device = backend.device;
    this.tf = backend.tf;
  }

  stepsAtOnce(): number {
    return 1;
  }

  async init(setup: EngineSetup): Promise<void> {
    const { model } = setup;
    if (model.type !== 'mlp') throw unsupportedModel(this.name, model.type);
    const layers = denseLayers(this.tf, model);
    const size = setup.parameters.length;
    this.run = {
      setup,
      model,
      layers,
      parameters: setup.parameters.slice(),
      gradient: new Float32Array(size),
      optimiser: new Optimiser(setup.optimiser, size),
    };
  }

  async step(batches: TrainingBatches): Promise<StepResult[]> {
    const rows = batches.targets.length / batches.count;
    return Array.from({ length: batches.count }, (_, index) =>
      this.stepOnce(this.current(), batches, index * rows, (index + 1) * rows),
    );
  }

  predict(features: Float32Array): Promise<Float32Array> {
    const run = this.current();
    const { tf } = this;
    const { inputs } = run.model;
    const outputs = tf.tidy(() => {
      let output = tf.tensor2d(features, [features.length / inputs, inputs]);
      for (const layer of run.layers) {
        output = layer.forward(layer.parameters(run.parameters, false), output, null).output;
      }
      return output.dataSync<'float32'>();
    });
    return Promise.resolve(outputs);
  }

  getState(): Promise<EngineState> {
    const { parameters, optimiser } = this.current();
    return Promise.resolve({
      parameters: parameters.slice(),
      moments: optimiser.moments.map((moment) => moment.slice()),
      step: optimiser.step,
    });
  }

  setState(state: EngineState): Promise<void> {
    const { parameters, optimiser } = this.current();
    parameters.set(state.parameters);
    optimiser.restore(state.moments, state.step);
    return Promise.resolve();
  }

  dispose(): void {
    this.run = null;
  }

  /** Computes large batches in parts of `backend.rowsAtOnce` rows, which fits small caches and limits memory. */
  private stepOnce(run: Run, batches: TrainingBatches, first: number, last: number): StepResult {
    const { tf } = this;
    const targets = batches.targets.subarray(first, last);
    const scales = new Float32Array(targets.length);
    fillRowScales(scales, targets, run.setup.loss, batches.weights?.subarray(first, last) ?? null);
    const sums: LossSums = { loss: 0, correct: 0 };
    run.gradient.fill(0);
    tf.tidy(() => {
      const parameters = run.layers.map((layer, index) => layer.parameters(run.parameters, index > 0));
      for (let start = first; start < last; start += this.backend.rowsAtOnce) {
        const end = Math.min(last, start + this.backend.rowsAtOnce);
        const part: Rows = {
          start,
          end,
          targets: targets.subarray(start - first, end - first),
          scales: scales.subarray(start - first, end - first),
        };
        tf.tidy(() => {
          const partSums = this.backpropagate(run, parameters, batches, part);
          sums.loss += partSums.loss;
          sums.correct += partSums.correct;
        });
      }
    });
    const norm = run.optimiser.update(run.parameters, run.gradient, batches.learningRate);
    return { ...sums, gradientNorm: run.setup.gradientNorms ? norm : null };
  }

  /** Adds the gradient of the loss sum of some rows to `run.gradient`. */
  private backpropagate(
    run: Run,
    parameters: readonly DenseParameters[],
    batches: TrainingBatches,
    { start, end, targets, scales }: Rows,
  ): LossSums {
    const { tf } = this;
    const { model } = run;
    const rows = end - start;
    const part = (values: Float32Array, width: number): Tensor2D =>
      tf.tensor2d(values.subarray(start * width, end * width), [rows, width]);

    const traces: DenseTrace[] = [];
    let output = part(batches.features, model.inputs);
    let masks = 0;
    run.layers.forEach((layer, index) => {
      const dropout = model.layers[index]?.dropout ?? 0;
      const mask = dropout > 0 ? part(batches.masks[masks++]!, layer.shape.units) : null;
      const forward = layer.forward(parameters[index]!, output, mask);
      traces.push(forward.trace);
      output = forward.output;
    });

    const outputs = output.dataSync<'float32'>();
    const outputGradient = new Float32Array(outputs.length);
    const sums = lossSums(outputs, targets, scales, run.setup.loss, outputGradient);

    const ones = tf.ones<TensorFlow.Rank.R2>([1, rows]);
    let gradient: Tensor2D | null = tf.tensor2d(outputGradient, [rows, model.outputs]);
    for (let index = run.layers.length - 1; index >= 0 && gradient !== null; index -= 1) {
      gradient = run.layers[index]!.backward(
        parameters[index]!,
        traces[index]!,
        gradient,
        ones,
        run.gradient,
      );
    }
    return sums;
  }

  private current(): Run {
    if (this.run === null)
      throw new KtrdrError('internal_error', 'The engine was used before init or after dispose.');
    if (this.tf.getBackend() !== this.backend.tfName) {
      throw new KtrdrError('internal_error', `Another engine has replaced ${this.name} in this process.`);
    }
    return this.run;
  }
}

function denseLayers(tf: typeof TensorFlow, model: MlpSpec): DenseLayer[] {
  const layout = parameterLayout(model);
  return [...model.layers, { units: model.outputs, activation: 'linear' as const }].map((layer, index) => {
    const kernel = layout[2 * index]!;
    const bias = layout[2 * index + 1]!;
    return new DenseLayer(tf, {
      inputs: kernel.shape[0]!,
      units: layer.units,
      activation: layer.activation,
      kernelOffset: kernel.offset,
      biasOffset: bias.offset,
    });
  });
}
