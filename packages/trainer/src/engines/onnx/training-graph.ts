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

/** Factors of one step, in this order. */
export const FACTORS_PER_STEP = 3;

export interface TrainingGraphSpec {
  model: ModelSpec;
  loss: LossSpec;
  optimiser: OptimiserSpec;
  /** Gives the gradients' norms too. */
  gradientNorms: boolean;
  /** Steps that one run of the graph makes, one after the other. */
  steps: number;
}

/**
 * Training steps as one ONNX graph: forward, loss, backward, clipping, update, `steps` times, since a call costs more
 * than a small step. The batch size b is free.
 *
 * | input | shape | |
 * | --- | --- | --- |
 * | `features` | `[steps * b, input width]` | |
 * | `targets` | `[steps * b, outputs]` | one-hot classes, or a regression's values |
 * | `scales` | `[steps * b, outputs]` | what each row counts for in its batch's mean, once an output |
 * | `mask_0`, ... | `[steps * b, units]` | one a dropout layer |
 * | `factors` | `[1, 3 * steps]` | for each step `-rate`, `epsilon` and `shrink` of `UpdateFactors` |
 * | `parameters`, `moment_0`, ... | `[1, parameters]` | |
 *
 * Outputs: `outputs` `[steps * b, outputs]` before each step's update, `norms` `[1, steps]` of the gradients before
 * clipping where wanted, `next_parameters`, `next_moment_0`, ... after the last.
 */
export function trainingGraph(spec: TrainingGraphSpec): Uint8Array {
  const { model, optimiser, steps } = spec;
  const graph = new Graph();
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

/** The flat vector `[1, parameters]` as the tensors of a layout, by their names. Biases are `[1, units]`, as their gradients are. */
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
