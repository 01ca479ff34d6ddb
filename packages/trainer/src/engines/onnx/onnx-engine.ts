import { KtrdrError, type OnnxEngineName } from '@ktrdr/contracts';
import { fillRowScales, lossSums, type Targets } from '../../network/loss.js';
import { inputWidth, isRecurrent, multiplicationsOfRow, type ModelSpec } from '../../network/model-spec.js';
import { momentCount, UpdateCount } from '../../network/optimiser.js';
import type { Engine, EngineSetup, EngineState, StepResult, TrainingBatches } from '../engine.js';
import { mostPartsOf } from './graph/most-parts.js';
import { inferenceGraph } from './inference-graph.js';
import { createSession, tensor, type Session, type Tensor } from './session.js';
import { FACTORS_PER_STEP, trainingGraph } from './training-graph.js';

/** Approximate multiplications of the forward passes in one call: 10 to 20 ms of training. A cancel takes effect between two calls. */
const MULTIPLICATIONS_AT_ONCE = 150_000_000;
/** Parameters and moments as tensors. Two of these alternate: the graph reads one and writes the other. */
interface StateTensors {
  parameters: Tensor;
  moments: Tensor[];
}

/** The state of one run. */
interface Run {
  setup: EngineSetup;
  /** By the number of steps in a call. */
  sessions: Map<number, Session>;
  inference: Session;
  updates: UpdateCount;
  state: StateTensors;
  /** The next call writes its result here. */
  spare: StateTensors;
}

/** Computes training steps as ONNX graphs with ONNX Runtime. */
export class OnnxEngine implements Engine {
  private run: Run | null = null;

  readonly device: 'cpu' | 'gpu';

  constructor(readonly name: OnnxEngineName) {
    this.device = name === 'onnx' ? 'cpu' : 'gpu';
  }

  stepsAtOnce(batchRows: number): number {
    const { model } = this.current().setup;
    const steps = Math.floor(MULTIPLICATIONS_AT_ONCE / (batchRows * multiplicationsOfRow(model)));
    return Math.max(1, Math.min(mostStepsAtOnce(model), steps));
  }

  async init(setup: EngineSetup): Promise<void> {
    const inference = await createSession(inferenceGraph(setup.model, mostPartsOf(this.name)), this.name);
    this.dispose();
    this.run = {
      setup,
      sessions: new Map(),
      inference,
      updates: new UpdateCount(setup.optimiser),
      state: stateTensors(setup, setup.parameters.slice()),
      spare: stateTensors(setup, new Float32Array(setup.parameters.length)),
    };
  }

  async step(batches: TrainingBatches): Promise<StepResult[]> {
    const run = this.current();
    const { setup, state, spare } = run;
    const { model } = setup;
    const { count, features, targets, masks, learningRate } = batches;
    const rows = targets.length;
    const session = await this.sessionFor(run, count);

    const scales = new Float32Array(rows);
    const batchRows = rows / count;
    for (let start = 0; start < rows; start += batchRows) {
      const end = start + batchRows;
      const weights = batches.weights?.subarray(start, end) ?? null;
      fillRowScales(scales.subarray(start, end), targets.subarray(start, end), setup.loss, weights);
    }
    const outputs = new Float32Array(rows * model.outputs);
    const norms = setup.gradientNorms ? new Float32Array(count) : null;
    const feeds: Record<string, Tensor> = {
      features: tensor(features, [rows, inputWidth(model)]),
      targets: tensor(targetValues(targets, model), [rows, model.outputs]),
      scales: tensor(onceAnOutput(scales, model), [rows, model.outputs]),
      factors: tensor(stepFactors(run.updates, count, learningRate), [1, FACTORS_PER_STEP * count]),
      parameters: state.parameters,
    };
    masks.forEach((mask, index) => {
      feeds[`mask_${index}`] = tensor(mask, [rows, mask.length / rows]);
    });
    const fetches: Record<string, Tensor> = {
      outputs: tensor(outputs, [rows, model.outputs]),
      next_parameters: spare.parameters,
    };
    if (norms !== null) fetches['norms'] = tensor(norms, [1, count]);
    state.moments.forEach((moment, index) => {
      feeds[`moment_${index}`] = moment;
      fetches[`next_moment_${index}`] = spare.moments[index]!;
    });
    await session.run(feeds, fetches);
    run.state = spare;
    run.spare = state;

    return Array.from({ length: count }, (_, step) => {
      const [start, end] = [step * batchRows, (step + 1) * batchRows];
      const sums = lossSums(
        outputs.subarray(start * model.outputs, end * model.outputs),
        targets.subarray(start, end),
        scales.subarray(start, end),
        setup.loss,
      );
      return { ...sums, gradientNorm: norms?.[step] ?? null };
    });
  }

  async predict(features: Float32Array): Promise<Float32Array> {
    const { setup, inference, state } = this.current();
    const { model } = setup;
    const rows = features.length / inputWidth(model);
    const outputs = new Float32Array(rows * model.outputs);
    await inference.run(
      { features: tensor(features, [rows, inputWidth(model)]), parameters: state.parameters },
      { outputs: tensor(outputs, [rows, model.outputs]) },
    );
    return outputs;
  }

  getState(): Promise<EngineState> {
    const { state, updates } = this.current();
    return Promise.resolve({
      parameters: valuesOf(state.parameters).slice(),
      moments: state.moments.map((moment) => valuesOf(moment).slice()),
      step: updates.step,
    });
  }

  setState(next: EngineState): Promise<void> {
    const { state, updates } = this.current();
    valuesOf(state.parameters).set(next.parameters);
    state.moments.forEach((moment, index) => valuesOf(moment).set(next.moments[index]!));
    updates.restore(next.step);
    return Promise.resolve();
  }

  dispose(): void {
    const { run } = this;
    this.run = null;
    if (run === null) return;
    for (const session of [run.inference, ...run.sessions.values()]) void session.release();
  }

  /** Creates a session on first use. Most runs need two: for full batches and for the last batch of an epoch. */
  private async sessionFor(run: Run, steps: number): Promise<Session> {
    const known = run.sessions.get(steps);
    if (known !== undefined) return known;
    const { model, loss, optimiser, gradientNorms } = run.setup;
    const mostParts = mostPartsOf(this.name);
    const graph = trainingGraph({ model, loss, optimiser, gradientNorms, steps, mostParts });
    const session = await createSession(graph, this.name);
    run.sessions.set(steps, session);
    return session;
  }

  private current(): Run {
    if (this.run === null) {
      throw new KtrdrError('internal_error', 'The engine was used before init or after dispose.');
    }
    return this.run;
  }
}

function stateTensors({ optimiser }: EngineSetup, parameters: Float32Array): StateTensors {
  const shape = [1, parameters.length];
  return {
    parameters: tensor(parameters, shape),
    moments: Array.from({ length: momentCount(optimiser) }, () =>
      tensor(new Float32Array(parameters.length), shape),
    ),
  };
}

/** Graphs of deep networks have many nodes for one step, and the time to load a graph grows faster than its number of nodes. */
function mostStepsAtOnce(model: ModelSpec): number {
  if (isRecurrent(model)) return 1;
  return model.type === 'cnn' && model.filters.length > 1 ? 4 : 8;
}

/** One-hot classes, or the targets of a regression unchanged. */
function targetValues(targets: Targets, { outputs }: ModelSpec): Float32Array {
  if (targets instanceof Float32Array) return targets;
  const values = new Float32Array(targets.length * outputs);
  for (let row = 0; row < targets.length; row += 1) values[row * outputs + targets[row]!] = 1;
  return values;
}

/** `[rows]` -> `[rows, outputs]`, because ONNX Runtime multiplies by `[rows, 1]` ten times slower. */
function onceAnOutput(scales: Float32Array, { outputs }: ModelSpec): Float32Array {
  const values = new Float32Array(scales.length * outputs);
  for (let at = 0, row = 0; row < scales.length; row += 1) {
    for (let output = 0; output < outputs; output += 1, at += 1) values[at] = scales[row]!;
  }
  return values;
}

function stepFactors(updates: UpdateCount, steps: number, learningRate: number): Float32Array {
  const factors = new Float32Array(FACTORS_PER_STEP * steps);
  for (let step = 0; step < steps; step += 1) {
    const { rate, epsilon, shrink } = updates.next(learningRate);
    factors.set([-rate, epsilon, shrink], FACTORS_PER_STEP * step);
  }
  return factors;
}

function valuesOf(value: Tensor): Float32Array {
  return value.data as Float32Array;
}
