import { KtrdrError, type EngineName } from '@ktrdr/contracts';
import type * as TensorFlow from '@tensorflow/tfjs-core';
import { crossEntropy, evaluateLogits, weightSum, type LossSums } from '../../loss.js';
import { parameterLayout, type ModelSpec } from '../../model-spec.js';
import { Adam } from '../../optimiser.js';
import type { Engine, EngineSetup, EngineState, Evaluation, StepResult, TrainingBatch } from '../engine.js';
import { DenseLayer, type DenseParameters, type DenseTrace } from './dense-layer.js';
import type { Backend } from './load-backend.js';

type Tensor2D = TensorFlow.Tensor2D;

/** Everything of one run. */
interface Run {
  setup: EngineSetup;
  layers: DenseLayer[];
  parameters: Float32Array;
  gradient: Float32Array;
  optimiser: Adam;
}

/**
 * Training with TensorFlow.js' tensor operations: the matrix products and activations are its own, while the backward
 * pass, loss and optimiser are ours. Parameters live in one flat array and go to the backend in each step; no tensor
 * outlives a call.
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

  init(setup: EngineSetup): Promise<void> {
    const layers = denseLayers(this.tf, setup.model);
    const size = setup.parameters.length;
    this.run = {
      setup,
      layers,
      parameters: setup.parameters.slice(),
      gradient: new Float32Array(size),
      optimiser: new Adam(setup.optimiser, size),
    };
    return Promise.resolve();
  }

  /** Large batches are computed in parts of `backend.rowsAtOnce` rows: faster in a small cache, and memory is bounded. */
  step(batch: TrainingBatch): Promise<StepResult> {
    const run = this.current();
    const { tf } = this;
    const rows = batch.labels.length;
    const weight = weightSum(batch.labels, run.setup.loss.classWeights);
    // Classes that all have weight 0 teach nothing.
    const scale = weight > 0 ? 1 / weight : 0;
    const sums: LossSums = { loss: 0, correct: 0 };
    run.gradient.fill(0);
    tf.tidy(() => {
      const parameters = run.layers.map((layer, index) => layer.parameters(run.parameters, index > 0));
      for (let start = 0; start < rows; start += this.backend.rowsAtOnce) {
        const end = Math.min(rows, start + this.backend.rowsAtOnce);
        tf.tidy(() => {
          const part = this.backpropagate(run, parameters, batch, start, end, scale);
          sums.loss += part.loss;
          sums.correct += part.correct;
        });
      }
    });
    const gradientNorm = run.optimiser.update(run.parameters, run.gradient, batch.learningRate);
    return Promise.resolve({ loss: sums.loss * scale, correct: sums.correct, gradientNorm });
  }

  async evaluate(
    features: Float32Array,
    labels: Int32Array,
    pause?: () => Promise<void>,
  ): Promise<Evaluation> {
    const logits = await this.predict(features, pause);
    return { ...evaluateLogits(logits, labels, this.current().setup.loss.classWeights), logits };
  }

  async predict(features: Float32Array, pause?: () => Promise<void>): Promise<Float32Array> {
    const run = this.current();
    const { tf } = this;
    const { inputs, outputs } = run.setup.model;
    const rows = features.length / inputs;
    const logits = new Float32Array(rows * outputs);
    // Few enough rows that a pause comes soon, enough that making the parameters' tensors again does not count.
    const rowsAtOnce = 4 * this.backend.rowsAtOnce;
    for (let start = 0; start < rows; start += rowsAtOnce) {
      const end = Math.min(rows, start + rowsAtOnce);
      tf.tidy(() => {
        let output = tf.tensor2d(features.subarray(start * inputs, end * inputs), [end - start, inputs]);
        for (const layer of run.layers) {
          output = layer.forward(layer.parameters(run.parameters, false), output, null).output;
        }
        logits.set(output.dataSync<'float32'>(), start * outputs);
      });
      await pause?.();
    }
    return logits;
  }

  getState(): Promise<EngineState> {
    const { parameters, optimiser } = this.current();
    return Promise.resolve({
      parameters: parameters.slice(),
      moments: [optimiser.firstMoment.slice(), optimiser.secondMoment.slice()],
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

  /** Adds `scale` times the gradient of the loss sum of rows start..end to `run.gradient`. */
  private backpropagate(
    run: Run,
    parameters: readonly DenseParameters[],
    batch: TrainingBatch,
    start: number,
    end: number,
    scale: number,
  ): LossSums {
    const { tf } = this;
    const { model, loss } = run.setup;
    const rows = end - start;
    const part = (values: Float32Array, width: number): Tensor2D =>
      tf.tensor2d(values.subarray(start * width, end * width), [rows, width]);

    const traces: DenseTrace[] = [];
    let output = part(batch.features, model.inputs);
    let masks = 0;
    run.layers.forEach((layer, index) => {
      const dropout = model.layers[index]?.dropout ?? 0;
      const mask = dropout > 0 ? part(batch.masks[masks++]!, layer.shape.units) : null;
      const forward = layer.forward(parameters[index]!, output, mask);
      traces.push(forward.trace);
      output = forward.output;
    });

    const logits = output.dataSync<'float32'>();
    const logitGradient = new Float32Array(logits.length);
    const sums = crossEntropy(
      logits,
      batch.labels.subarray(start, end),
      loss.classWeights,
      logitGradient,
      scale,
    );

    const ones = tf.ones<TensorFlow.Rank.R2>([1, rows]);
    let gradient: Tensor2D | null = tf.tensor2d(logitGradient, [rows, model.outputs]);
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
      throw new KtrdrError(
        'internal_error',
        `Another engine took the place of ${this.name} in this process.`,
      );
    }
    return this.run;
  }
}

function denseLayers(tf: typeof TensorFlow, model: ModelSpec): DenseLayer[] {
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
