import { labelClasses, type Strategy } from '@ktrdr/strategy';
import { optimiserOf } from '../loop/loop.js';
import type { LossSettings } from '../loop/loop-request.js';
import { modelOf } from '../network/model-of.js';
import type { ModelSpec } from '../network/model-spec.js';
import type { OptimiserSpec } from '../network/optimiser.js';

/** The network that engines are timed on. Plain data: it is sent to the trial's process, and equal networks have equal JSON. */
export interface TrialNetwork {
  model: ModelSpec;
  optimiser: OptimiserSpec;
  loss: LossSettings;
  /** Rows in a batch. */
  batchSize: number;
}

/** The network of a strategy and its training settings. They are known before any bar is read. */
export function trialNetworkOf(strategy: Strategy): TrialNetwork {
  const { training } = strategy;
  return {
    model: modelOf(strategy, labelClasses(training.labels)?.length ?? 1),
    optimiser: optimiserOf(training),
    loss: training.loss,
    batchSize: training.batchSize,
  };
}

/** Every engine can train it, so it shows that an engine loads and computes. With this many rows, an engine makes only one step in a call, which is faster to build. */
export const SMALLEST_NETWORK: TrialNetwork = {
  model: { type: 'mlp', inputs: 2, layers: [{ units: 4, activation: 'relu', dropout: 0 }], outputs: 3 },
  optimiser: { type: 'adam', weightDecay: 0, gradientClip: 1 },
  loss: { type: 'cross_entropy' },
  batchSize: 512,
};
