import type { EngineName } from '@ktrdr/contracts';
import { type Checkpoint, encodeCheckpoint } from '../checkpoints/checkpoint.js';
import type { CheckpointNetwork } from '../checkpoints/checkpoint-header.js';
import { emptySums } from '../loop/loop-state.js';

/** The network of {@link checkpointOf}. */
export const CHECKPOINT_NETWORK: CheckpointNetwork = { parameters: 3, moments: 1, epochs: 100, members: 1 };

/** A small checkpoint with default values. Tests override what they need. */
export function checkpointOf(engine: EngineName = 'onnx'): Checkpoint {
  const vector = () => Float32Array.of(1.5, -0, 3);
  return {
    identity: { strategy: 'a', settings: 'b', bars: 'c', model: 'd', engine, seed: 7, code: 'e' },
    engine: { engine, device: 'cpu', rejected: [], times: [] },
    states: [
      {
        index: 0,
        state: {
          epoch: 2,
          batch: 3,
          sums: emptySums(),
          masks: [1, -2, 3, -4],
          learningRate: { epochs: 1, rate: 0.1, bestLoss: null, badEpochs: 0 },
          finalLearningRate: 0.1,
          history: { trainLoss: [0.7], trainAccuracy: [0.5], valLoss: [0.8], valAccuracy: [0.4] },
          stopping: null,
          elapsed: 12,
          callbacks: [null, { values: { loss: 0.8, epoch: 1 }, arrays: { parameters: vector() } }],
          engine: { parameters: vector(), moments: [vector()], step: 9 },
        },
      },
    ],
    finished: null,
    elapsed: 12,
  };
}

/** The bytes of {@link checkpointOf}. */
export function checkpointBytes(engine?: EngineName): Buffer {
  return Buffer.concat(encodeCheckpoint(checkpointOf(engine)));
}
