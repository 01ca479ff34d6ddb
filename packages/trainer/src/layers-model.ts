import { LEAKY_RELU_SLOPE, type ModelSpec, parameterLayout } from './model-spec.js';

/** File names of a network in the TensorFlow.js layers format. */
export const MODEL_FILE = 'model.json';
export const WEIGHTS_FILE = 'weights.bin';

/**
 * `model.json` of a network, as `tf.loadLayersModel` reads it: a Sequential model whose last layer gives logits. The same network gives the same
 * text.
 */
export function layersModelJson(spec: ModelSpec): object {
  return {
    format: 'layers-model',
    generatedBy: 'ktrdr',
    convertedBy: null,
    modelTopology: {
      class_name: 'Sequential',
      config: { name: spec.type, layers: layersOf(spec) },
      keras_version: 'tfjs-layers 4.22.0',
      backend: 'tensor_flow.js',
    },
    weightsManifest: [
      {
        paths: [WEIGHTS_FILE],
        weights: parameterLayout(spec).map(({ name, shape }) => ({ name, shape, dtype: 'float32' })),
      },
    ],
  };
}

/** `weights.bin`: parameters in the order of `parameterLayout`, little-endian Float32. */
export function weightBytes(parameters: Float32Array): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(parameters.length * Float32Array.BYTES_PER_ELEMENT));
  parameters.forEach((value, index) => bytes.setFloat32(index * Float32Array.BYTES_PER_ELEMENT, value, true));
  return new Uint8Array(bytes.buffer);
}

interface Layer {
  class_name: string;
  config: Record<string, unknown>;
}

/** Names match those of `parameterLayout`: weights are found by them. */
function layersOf({ inputs, layers, outputs }: ModelSpec): Layer[] {
  const built: Layer[] = [
    {
      class_name: 'InputLayer',
      config: { name: 'features', batch_input_shape: [null, inputs], dtype: 'float32', sparse: false },
    },
  ];
  layers.forEach(({ units, activation, dropout }, index) => {
    const number = index + 1;
    const leaky = activation === 'leaky_relu';
    built.push(dense(`dense_${number}`, units, leaky ? 'linear' : activation));
    if (leaky) {
      built.push({
        class_name: 'LeakyReLU',
        config: { name: `leaky_relu_${number}`, alpha: LEAKY_RELU_SLOPE },
      });
    }
    if (dropout > 0) {
      built.push({ class_name: 'Dropout', config: { name: `dropout_${number}`, rate: dropout } });
    }
  });
  built.push(dense(`dense_${layers.length + 1}`, outputs, 'linear'));
  return built;
}

function dense(name: string, units: number, activation: string): Layer {
  return { class_name: 'Dense', config: { name, units, activation, use_bias: true } };
}
