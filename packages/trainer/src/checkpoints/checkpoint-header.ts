import { TRAINING_SEEDS, type TrainingOptions, WALK_FORWARD_FOLDS } from '@ktrdr/contracts';
import {
  count,
  isRecord,
  listOf,
  number,
  orNull,
  recordOf,
  type Shape,
  shapeOf,
  text,
} from '../files/shape.js';
import { type ModelSpec, parameterCount } from '../network/model-spec.js';
import { momentCount, type OptimiserSpec } from '../network/optimiser.js';

/** The lengths in the checkpoints of one training. They are known before its first step. */
export interface CheckpointNetwork {
  /** Weights and biases. */
  parameters: number;
  /** Vectors in the state of the optimiser. */
  moments: number;
  epochs: number;
  /** Number of members: seeds and walk-forward folds. */
  members: number;
}

/** The options that set the number of members. */
export type MemberOptions = Pick<TrainingOptions, 'seeds' | 'walk_forward'>;

/** The lengths in the checkpoints of a network that is trained for `epochs` with each seed and in each fold. */
export function networkOf(
  spec: ModelSpec,
  optimiser: OptimiserSpec,
  epochs: number,
  { seeds = 1, walk_forward: folds = 0 }: MemberOptions = {},
): CheckpointNetwork {
  return {
    parameters: parameterCount(spec),
    moments: momentCount(optimiser),
    epochs,
    members: seeds + folds,
  };
}

/** Stands for an array in the header. */
export interface ArrayReference {
  $array: number;
  type: 'float32' | 'float64';
  length: number;
}

/** Number of members in a run, for any network. */
const MOST_MEMBERS = TRAINING_SEEDS.most + WALK_FORWARD_FOLDS.most;
/** More than callbacks that keep anything. */
const MOST_CALLBACKS = 16;
/** A resumed optimiser counts up to it. */
const MOST_STEPS = 1e10;

export function isArrayReference(value: unknown): value is ArrayReference {
  return isRecord(value) && '$array' in value;
}

/**
 * Checks that a header is one of a training and collects its arrays. Every vector must have the length of the network's parameters, so that
 * the number and the sizes of all arrays are bounded before anything is allocated for them.
 *
 * @returns its arrays by index, or what is wrong
 */
export function checkHeader(
  content: unknown,
  network: CheckpointNetwork | null,
): { arrays: ArrayReference[] } | { wrong: string } {
  const arrays: ArrayReference[] = [];
  const wrong = headerShape(arrays, network)(content, '');
  if (wrong !== null) return { wrong: `"${wrong}" in its header is missing or invalid` };
  return { arrays: arrays.toSorted((a, b) => a.$array - b.$array) };
}

function headerShape(arrays: ArrayReference[], network: CheckpointNetwork | null): Shape {
  let parameters = network?.parameters ?? null;
  const reference =
    (type: ArrayReference['type'], fits: (length: number) => boolean): Shape =>
    (value, place) => {
      if (!isArrayReference(value) || value.type !== type || count(value.length, place) !== null)
        return place;
      if (!fits(value.length)) return place;
      arrays.push(value);
      return null;
    };
  // the first vector decides where the network is not known
  const vector = reference('float32', (length) => length === (parameters ??= length));
  const longList = reference('float64', (length) => length <= (network?.epochs ?? Infinity));
  const shortList = listOf(number);
  const list: Shape = (value, place) => (isArrayReference(value) ? longList : shortList)(value, place);
  const vectors = (value: unknown, place: string): string | null =>
    network !== null && (!Array.isArray(value) || value.length !== network.moments)
      ? place
      : listOf(vector, 2)(value, place);
  const memory = recordOf({
    values: recordOf({}),
    arrays: (value, place) => {
      if (!isRecord(value)) return place;
      const other = Object.keys(value).find((name) => name !== 'parameters');
      if (other !== undefined) return `${place}.${other}`;
      return 'parameters' in value ? vector(value['parameters'], `${place}.parameters`) : null;
    },
  });
  const state = recordOf({
    epoch: count,
    batch: count,
    sums: recordOf({
      rows: count,
      loss: number,
      correct: number,
      gradientNorm: number,
      gradientNormMax: number,
      duration: number,
    }),
    masks: shapeOf(
      (value) => Array.isArray(value) && value.length === 4 && value.every(Number.isSafeInteger),
    ),
    learningRate: recordOf({ epochs: count, rate: number, bestLoss: orNull(number), badEpochs: count }),
    finalLearningRate: number,
    history: recordOf({ trainLoss: list, trainAccuracy: list, valLoss: list, valAccuracy: list }),
    stopping: orNull(text),
    elapsed: number,
    callbacks: listOf(orNull(memory), MOST_CALLBACKS),
    engine: recordOf({
      parameters: vector,
      moments: vectors,
      step: shapeOf(
        (value) => Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= MOST_STEPS,
      ),
    }),
  });
  const members = network?.members ?? MOST_MEMBERS;
  const index = shapeOf(
    (value) => Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) < members,
  );
  const member = recordOf({ index, state });
  return recordOf({
    identity: recordOf({
      strategy: text,
      settings: text,
      bars: text,
      model: text,
      engine: text,
      seed: number,
      code: text,
    }),
    engine: recordOf({
      engine: text,
      device: text,
      rejected: listOf(recordOf({})),
      times: listOf(recordOf({})),
    }),
    states: listOf(member, members),
    finished: orNull(
      recordOf({
        results: listOf(
          recordOf({
            index,
            seed: number,
            best_epoch: number,
            val_loss: number,
            test_accuracy: number,
            test_loss: number,
            net_return: orNull(number),
          }),
          members,
        ),
        best: member,
      }),
    ),
    elapsed: number,
  });
}

const FLOAT_BYTES = 4;
const DOUBLE_BYTES = 8;
/** Vectors that callbacks keep: the best weights. */
const KEPT_VECTORS = 1;
/** Its header, prefix and checksum. */
const OTHER_BYTES = 2 ** 20 + 64;

/** Upper bound of a checkpoint's size, bytes: the states of all members, the state of the best one, and a header. */
export function mostCheckpointBytes({ parameters, moments, epochs, members }: CheckpointNetwork): number {
  const vectors = 1 + moments + KEPT_VECTORS;
  return (members + 1) * (vectors * parameters * FLOAT_BYTES + 4 * epochs * DOUBLE_BYTES) + OTHER_BYTES;
}
