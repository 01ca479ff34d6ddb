import { inputWidth, type ModelSpec, windowLength } from '../network/model-spec.js';

/** What a program needs to call `model.onnx`. Stored in `features.json` and, as text, in the metadata of `model.onnx`. */
export interface ModelInterface {
  input: {
    name: 'features';
    type: 'float64';
    shape: ['rows', number];
    /** Bars of one row. */
    window: number;
    order: string;
    normalisation: string;
  };
  output: {
    name: 'outputs';
    type: 'float32';
    shape: ['rows', number];
    meaning: string;
    /** Whether the softmax of a row gives the probabilities of the classes. */
    softmax: boolean;
    /** In the order of the outputs; empty for a regression. */
    classes: string[];
  };
}

/** Describes input and outputs of a stored model. */
export function modelInterface(spec: ModelSpec, classes: readonly string[]): ModelInterface {
  const window = windowLength(spec);
  const perBar = 'the features of a bar in the order of "features"';
  return {
    input: {
      name: 'features',
      type: 'float64',
      shape: ['rows', inputWidth(spec)],
      window,
      order: window === 1 ? perBar : `the bars of the window, oldest first; ${perBar}`,
      normalisation: 'inside the model; give values as the indicators and fuzzy sets give them',
    },
    output: {
      name: 'outputs',
      type: 'float32',
      shape: ['rows', spec.outputs],
      meaning:
        classes.length > 0 ? 'logits of the classes' : 'the predicted return until the horizon of the labels',
      softmax: classes.length > 0,
      classes: [...classes],
    },
  };
}

/** The metadata of `model.onnx`: JSON texts, because ONNX has only texts. */
export function onnxMetadata(
  { input, output }: ModelInterface,
  features: readonly string[],
): Record<string, string> {
  return {
    features: JSON.stringify(features),
    input: JSON.stringify(input),
    output: JSON.stringify(output),
  };
}
