import type { ModelSpec } from '../../../network/model-spec.js';
import type { Value } from '../graph/graph.js';
import { convolutionalNetwork } from './convolutional-network.js';
import { denseLayers } from './dense-layers.js';
import type { NetworkInputs } from './network-inputs.js';
import { recurrentNetwork } from './recurrent-network.js';

/** Adds a network to a graph. @returns its outputs, `[n, outputs]` */
export function buildNetwork(inputs: NetworkInputs, spec: ModelSpec): Value {
  switch (spec.type) {
    case 'mlp':
      return denseLayers(inputs, inputs.features, spec.layers);
    case 'cnn':
      return convolutionalNetwork(inputs, spec);
    case 'lstm':
    case 'gru':
      return recurrentNetwork(inputs, spec);
  }
}
