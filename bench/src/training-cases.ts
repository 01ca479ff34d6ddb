import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RandomStream } from '@ktrdr/statistics';
import type { DataPart, ModelSpec, runTrainingLoop } from '@ktrdr/trainer';

const CLASSES = 3;
const VALIDATION_ROWS = 64;
/** Each bar occurs this many times in the rows, each time with another label: no network learns the labels by heart. */
const REPEATS = 8;

/** A network and its training settings. The programs of `bench/peers/training` read all fields except `title` and `network`. */
export interface TrainingCase {
  title: string;
  model: 'mlp' | 'lstm' | 'gru' | 'conv1d';
  network: ModelSpec;
  inputs: number;
  /** Bars that a row sees. */
  steps: number;
  /** Units of the hidden layers of an mlp. */
  units: readonly number[];
  outputs: number;
  batch: number;
  dropout: number;
  rows: number;
}

/** A case whose rows are in files. */
export interface StoredCase extends TrainingCase {
  features: string;
  targets: string;
}

export function trainingCases(): TrainingCase[] {
  const mlps = [0, 0.2].flatMap((dropout) =>
    [32, 256, 1024].map((batch) => mlp(60, [128, 64], { batch, dropout, rows: 16_384 })),
  );
  const window = { inputs: 60, sequenceLength: 20, outputs: CLASSES };
  const recurrent = (['lstm', 'gru'] as const).map((type) =>
    windowed(type, `${type} 64, 20 steps`, { ...window, type, hiddenSize: 64, layers: 1, dropout: 0 }),
  );
  const conv1d = windowed('conv1d', 'conv1d 32 of 5, pool 2, dense 64, 20 steps', {
    ...window,
    type: 'cnn',
    filters: [32],
    kernelSize: 5,
    poolSize: 2,
    activation: 'relu',
    layers: [{ units: 64, activation: 'relu', dropout: 0 }],
  });
  return [typicalCase(), ...mlps, ...recurrent, conv1d];
}

/** The network and the data of a typical strategy. */
export function typicalCase(): TrainingCase {
  return mlp(17, [32, 16], { batch: 32, dropout: 0, rows: 3_400 });
}

function mlp(
  inputs: number,
  units: readonly number[],
  settings: Pick<TrainingCase, 'batch' | 'dropout' | 'rows'>,
): TrainingCase {
  const { dropout } = settings;
  return {
    title: `mlp ${[inputs, ...units, CLASSES].join('-')}${dropout > 0 ? `, dropout ${dropout}` : ''}`,
    model: 'mlp',
    network: {
      type: 'mlp',
      inputs,
      layers: units.map((count) => ({ units: count, activation: 'relu', dropout })),
      outputs: CLASSES,
    },
    inputs,
    steps: 1,
    units,
    outputs: CLASSES,
    ...settings,
  };
}

function windowed(
  model: TrainingCase['model'],
  title: string,
  network: Exclude<ModelSpec, { type: 'mlp' }>,
): TrainingCase {
  const { inputs, sequenceLength } = network;
  const sizes = { inputs, steps: sequenceLength, units: [], outputs: CLASSES };
  return { title, model, network, ...sizes, batch: 64, dropout: 0, rows: 2048 };
}

/**
 * Rows of a case: features of about the standard normal distribution. Half of the labels follow from the features of the last bar, the
 * others are random.
 */
export function casePart({ inputs, steps, rows }: TrainingCase): DataPart {
  const random = RandomStream.derive(1, 'training case');
  const period = Math.ceil(rows / REPEATS);
  const different = Float32Array.from({ length: period * inputs }, () => {
    return (random.uniform() + random.uniform() + random.uniform() + random.uniform() - 2) * Math.sqrt(3);
  });
  const features = Float32Array.from(
    { length: (rows + steps - 1) * inputs },
    (_, at) => different[at % different.length]!,
  );
  const windowEnds = Int32Array.from({ length: rows }, (_, row) => row + steps - 1);
  const targets = windowEnds.map((end) => {
    if (random.uniform() < 0.5) return Math.floor(random.uniform() * CLASSES);
    const seen = end * inputs;
    if (features[seen]! + features[seen + 1]! > 0.5) return 2;
    return features[seen]! - features[seen + 2]! < -0.5 ? 0 : 1;
  });
  return { features, windowEnds, targets, weights: null };
}

/** Writes the rows of a case into a folder of its own below `folder`. */
export async function storeCase(one: TrainingCase, folder: string): Promise<StoredCase> {
  const { features, targets } = casePart(one);
  const own = join(folder, `${one.title}, ${one.batch}`.replaceAll(/[^\w.-]+/gu, '-'));
  await mkdir(own);
  const stored = { ...one, features: join(own, 'features'), targets: join(own, 'targets') };
  await writeFile(stored.features, bytesOf(features));
  await writeFile(stored.targets, bytesOf(targets));
  return stored;
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Int32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** What every loop over a case has in common: Adam, cross-entropy, validation on the first rows. */
export function caseLoop(
  { network, batch }: TrainingCase,
  part: DataPart,
  epochs = 1_000_000,
): Pick<
  Parameters<typeof runTrainingLoop>[0],
  'model' | 'settings' | 'train' | 'validation' | 'seed' | 'gradientNorms'
> {
  return {
    model: network,
    settings: {
      epochs,
      batchSize: batch,
      learningRate: 0.001,
      optimizer: 'adam',
      weightDecay: 0,
      gradientClip: null,
      loss: { type: 'cross_entropy' },
      earlyStopping: null,
      learningRateSchedule: null,
      classWeights: false,
    },
    train: part,
    validation: {
      ...part,
      windowEnds: part.windowEnds.subarray(0, VALIDATION_ROWS),
      targets: part.targets.subarray(0, VALIDATION_ROWS),
    },
    seed: 1,
    gradientNorms: false,
  };
}
