import type { Strategy } from '@ktrdr/strategy';
import type { DenseLayerSpec, ModelSpec } from './model-spec.js';

/** The network of a strategy. @param outputs number of classes, or 1 for a regression */
export function modelOf({ features, model }: Strategy, outputs: number): ModelSpec {
  const inputs = features.length;
  switch (model.type) {
    case 'mlp':
      return { type: 'mlp', inputs, layers: denseLayers(model), outputs };
    case 'lstm':
    case 'gru': {
      const { type, sequenceLength, hiddenSize, layers, dropout } = model;
      return { type, inputs, sequenceLength, hiddenSize, layers, dropout, outputs };
    }
    case 'cnn': {
      const { sequenceLength, filters, kernelSize, poolSize, activation } = model;
      const convolutions = { sequenceLength, filters, kernelSize, poolSize, activation };
      return { type: 'cnn', inputs, ...convolutions, layers: denseLayers(model), outputs };
    }
  }
}

function denseLayers(model: {
  hiddenLayers: number[];
  activation: DenseLayerSpec['activation'];
  dropout: number;
}): DenseLayerSpec[] {
  const { activation, dropout } = model;
  return model.hiddenLayers.map((units) => ({ units, activation, dropout }));
}
