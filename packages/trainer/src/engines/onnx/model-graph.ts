import { inputWidth, parameterLayout, type ModelSpec } from '../../network/model-spec.js';
import type { FittedNormalisation } from '../../data/normalisation.js';
import { Graph, type Value } from './graph/graph.js';
import { Tape } from './graph/tape.js';
import { buildNetwork } from './networks/network.js';

/**
 * A trained model as an `.onnx` file, for any ONNX Runtime: `features` `[n, window length * inputs]`, Float64, not normalised, the
 * oldest bar of a window first -> `outputs` `[n, outputs]`: logits, or the value of a regression. The graph contains the
 * normalisation and computes it in Float64 as training does, so that the network's input has the same bits.
 *
 * @param parameters flat, in the order of `parameterLayout(model)`
 * @param normalisation one for each feature of a bar
 * @param metadata texts that describe the file
 */
export function modelGraph(
  model: ModelSpec,
  parameters: Float32Array,
  normalisation: readonly FittedNormalisation[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const graph = new Graph();
  const tensors = new Map(
    parameterLayout(model).map(({ name, shape, offset, size }) => [
      name,
      graph.constant(
        name,
        shape.length === 1 ? [1, size] : shape,
        parameters.subarray(offset, offset + size),
      ),
    ]),
  );
  const features = normalised(graph, model, normalisation);
  const outputs = buildNetwork(
    { tape: new Tape(graph, []), features, parameters: tensors, masks: null },
    model,
  );
  graph.output('outputs', outputs);
  return graph.encode(
    'model',
    [{ name: 'features', shape: ['rows', inputWidth(model)], type: 'double' }],
    [{ name: 'outputs', shape: ['rows', model.outputs] }],
    metadata,
  );
}

/** `(x - offset) / spread` of each feature, rounded to Float32 at the end. */
function normalised(graph: Graph, model: ModelSpec, normalisation: readonly FittedNormalisation[]): Value {
  const { inputs } = model;
  const offset = Float64Array.from(normalisation, (fitted) => offsetOf(fitted));
  const spread = Float64Array.from(normalisation, (fitted) => spreadOf(fitted));
  const bars = graph.reshape('features', [-1, inputs]);
  const centred = graph.node('Sub', [bars, graph.doubles('normalisation/offset', offset)]);
  const scaled = graph.node('Div', [centred, graph.doubles('normalisation/spread', spread)]);
  return graph.reshape(graph.toFloat(scaled), [-1, inputWidth(model)]);
}

function offsetOf(fitted: FittedNormalisation): number {
  switch (fitted.method) {
    case 'minmax':
      return fitted.min;
    case 'zscore':
      return fitted.mean;
    case 'none':
      return 0;
  }
}

/** Infinite if all training values are equal: the network's input is 0 for any finite value. */
function spreadOf(fitted: FittedNormalisation): number {
  switch (fitted.method) {
    case 'minmax':
      return fitted.max - fitted.min || Number.POSITIVE_INFINITY;
    case 'zscore':
      return fitted.std || Number.POSITIVE_INFINITY;
    case 'none':
      return 1;
  }
}
