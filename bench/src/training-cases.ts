import type { DataPart, ModelSpec } from '@ktrdr/trainer';

const INPUTS = 60;
const CLASSES = 3;

/** A network and its training settings. */
export interface TrainingCase {
  /** Name of the model in `bench/peers/torch_peers.py`. */
  name: 'mlp' | 'lstm' | 'gru' | 'conv1d';
  title: string;
  model: ModelSpec;
  batch: number;
  dropout: number;
  rows: number;
}

export function trainingCases(): TrainingCase[] {
  const mlps = [0, 0.2].flatMap((dropout) =>
    [32, 256, 1024].map((batch): TrainingCase => ({
      name: 'mlp',
      title: `mlp 60-128-64-3${dropout > 0 ? `, dropout ${dropout}` : ''}`,
      model: {
        type: 'mlp',
        inputs: INPUTS,
        layers: [
          { units: 128, activation: 'relu', dropout },
          { units: 64, activation: 'relu', dropout },
        ],
        outputs: CLASSES,
      },
      batch,
      dropout,
      rows: 16_384,
    })),
  );
  const window = { inputs: INPUTS, sequenceLength: 20, outputs: CLASSES };
  const recurrent = (['lstm', 'gru'] as const).map((type): TrainingCase => ({
    name: type,
    title: `${type} 64, 20 steps`,
    model: { ...window, type, hiddenSize: 64, layers: 1, dropout: 0 },
    batch: 64,
    dropout: 0,
    rows: 2048,
  }));
  const conv1d: TrainingCase = {
    name: 'conv1d',
    title: 'conv1d 32 of 5, pool 2, dense 64, 20 steps',
    model: {
      ...window,
      type: 'cnn',
      filters: [32],
      kernelSize: 5,
      poolSize: 2,
      activation: 'relu',
      layers: [{ units: 64, activation: 'relu', dropout: 0 }],
    },
    batch: 64,
    dropout: 0,
    rows: 2048,
  };
  return [...mlps, ...recurrent, conv1d];
}

/** Synthetic rows; the speed does not depend on the values. */
export function casePart(model: ModelSpec, rows: number): DataPart {
  const window = model.type === 'mlp' ? 1 : model.sequenceLength;
  return {
    features: Float32Array.from({ length: (rows + window - 1) * INPUTS }, (_, i) => Math.sin(i * 12.9898)),
    windowEnds: Int32Array.from({ length: rows }, (_, row) => row + window - 1),
    targets: Int32Array.from({ length: rows }, (_, row) => row % CLASSES),
    weights: null,
  };
}
