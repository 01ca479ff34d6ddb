import type { LossSpec } from '../../network/loss.js';
import {
  dropoutLayers,
  inputWidth,
  parameterCount,
  parameterLayout,
  type ModelSpec,
  type ParameterTensor,
} from '../../network/model-spec.js';
import { momentCount, type OptimiserSpec } from '../../network/optimiser.js';
import { Graph, type GraphPort, type Value } from './graph/graph.js';
import { Tape } from './graph/tape.js';
import { lossGradient } from './loss-gradient.js';
import { buildNetwork } from './networks/network.js';
import { updateParameters, type OptimiserState, type StepFactors } from './optimiser-update.js';

/** Names of the factors of one step, in order. */
export const FACTORS_PER_STEP = 3;

export interface TrainingGraphSpec {
  model: ModelSpec;
  loss: LossSpec;
  optimiser: OptimiserSpec;
  /** Whether the graph returns the gradients' norms. */
  gradientNorms: boolean;
  /** Number of consecutive steps in one run of the graph. */
  steps: number;
  /** As in `Graph`. */
  mostParts?: number;
}

/**
 * Training steps as one ONNX graph: forward pass, loss, backward pass, clipping, update. Repeats them `steps` times, because a call
 * costs more than a small step. The batch size b is variable.
 *
 * | input | shape | |
 * | --- | --- | --- |
 * | `features` | `[steps * b, input width]` | |
 * | `targets` | `[steps * b, outputs]` | one-hot classes, or the values of a regression |
 * | `scales` | `[steps * b, outputs]` | scale of each row in its batch's mean, repeated for each output |
 * | `mask_0`, ... | `[steps * b, units]` | one for each dropout layer |
 * | `factors` | `[1, 3 * steps]` | `-rate`, `epsilon` and `shrink` of `UpdateFactors` for each step |
 * | `parameters`, `moment_0`, ... | `[1, parameters]` | |
 *
 * Outputs: `outputs` `[steps * b, outputs]` before each step's update; if requested, `norms` `[1, steps]` of the gradients before
 * clipping; `next_parameters`, `next_moment_0`, ... after the last step.
 */
export function trainingGraph(spec: TrainingGraphSpec): Uint8Array {
  const { model, optimiser, steps } = spec;
  const graph = new Graph(spec.mostParts);
  const cut = (name: string): Value[] => graph.splitEqually(name, steps, 0);
  const layers = dropoutLayers(model);
  const masks = layers.map((_, index) => cut(`mask_${index}`));
  const [features, targets, scales] = [cut('features'), cut('targets'), cut('scales')];
  const factors = graph.splitEqually('factors', FACTORS_PER_STEP * steps, 1);

  let state: OptimiserState = {
    parameters: 'parameters',
    moments: Array.from({ length: momentCount(optimiser) }, (_, index) => `moment_${index}`),
  };
  const outputs: Value[] = [];
  const norms: Value[] = [];
  for (let step = 0; step < steps; step += 1) {
    const [descent, epsilon, shrink] = factors.slice(
      FACTORS_PER_STEP * step,
      FACTORS_PER_STEP * (step + 1),
    ) as [Value, Value, Value];
    const made = addStep(graph, spec, state, {
      features: features[step]!,
      targets: targets[step]!,
      scales: scales[step]!,
      masks: masks.map((parts) => parts[step]!),
      factors: { descent, epsilon, shrink },
    });
    state = made.state;
    outputs.push(made.outputs);
    if (made.norm !== null) norms.push(made.norm);
  }

  graph.output('outputs', graph.concat(outputs, 0));
  if (spec.gradientNorms) graph.output('norms', graph.concat(norms, 1));
  graph.output('next_parameters', state.parameters);
  state.moments.forEach((moment, index) => graph.output(`next_moment_${index}`, moment));
  return graph.encode('training step', inputPorts(spec), outputPorts(spec));
}

interface StepInputs {
  features: Value;
  targets: Value;
  scales: Value;
  masks: Value[];
  factors: StepFactors;
}

function addStep(
  graph: Graph,
  { model, loss, optimiser, gradientNorms }: TrainingGraphSpec,
  state: OptimiserState,
  { features, targets, scales, masks, factors }: StepInputs,
): { outputs: Value; norm: Value | null; state: OptimiserState } {
  const layout = parameterLayout(model);
  const parameters = parameterTensors(graph, layout, state.parameters);
  const tape = new Tape(graph, parameters.values());
  const outputs = buildNetwork({ tape, features, parameters, masks }, model);
  tape.backpropagate(outputs, lossGradient(graph, loss, outputs, targets, scales));
  const gradient = graph.concat(
    layout.map(({ name, shape, size }) => {
      const gradient = tape.gradientOf(parameters.get(name)!);
      return shape.length === 1 ? gradient : graph.reshape(gradient, [1, size]);
    }),
    1,
  );
  const norm =
    gradientNorms || optimiser.gradientClip !== null
      ? graph.node('ReduceL2', [gradient], { axes: [1], keepdims: 1 })
      : null;
  return {
    outputs,
    norm: gradientNorms ? norm : null,
    state: updateParameters(
      graph,
      optimiser,
      state,
      gradient,
      optimiser.gradientClip === null ? null : norm,
      factors,
    ),
  };
}

/** Divides the flat vector `[1, parameters]` into the tensors of a layout, by name. Biases are `[1, units]`, like their gradients. */
export function parameterTensors(
  graph: Graph,
  layout: readonly ParameterTensor[],
  flat: Value,
): Map<string, Value> {
  const parts = graph.split(
    flat,
    layout.map(({ size }) => size),
    1,
  );
  return new Map(
    layout.map(({ name, shape }, index) => {
      const part = parts[index]!;
      return [name, shape.length === 1 ? part : graph.reshape(part, shape)];
    }),
  );
}

function inputPorts({ model, optimiser, steps }: TrainingGraphSpec): GraphPort[] {
  const flat = [1, parameterCount(model)];
  return [
    { name: 'features', shape: ['rows', inputWidth(model)] },
    { name: 'targets', shape: ['rows', model.outputs] },
    { name: 'scales', shape: ['rows', model.outputs] },
    ...dropoutLayers(model).map(({ units }, index) => ({
      name: `mask_${index}`,
      shape: ['rows', units],
    })),
    { name: 'factors', shape: [1, FACTORS_PER_STEP * steps] },
    { name: 'parameters', shape: flat },
    ...momentPorts('moment', optimiser, flat),
  ];
}

function outputPorts({ model, optimiser, steps, gradientNorms }: TrainingGraphSpec): GraphPort[] {
  const flat = [1, parameterCount(model)];
  return [
    { name: 'outputs', shape: ['rows', model.outputs] },
    ...(gradientNorms ? [{ name: 'norms', shape: [1, steps] }] : []),
    { name: 'next_parameters', shape: flat },
    ...momentPorts('next_moment', optimiser, flat),
  ];
}

function momentPorts(name: string, optimiser: OptimiserSpec, shape: readonly number[]): GraphPort[] {
  return Array.from({ length: momentCount(optimiser) }, (_, index) => ({
    name: `${name}_${index}`,
    shape,
  }));
}
