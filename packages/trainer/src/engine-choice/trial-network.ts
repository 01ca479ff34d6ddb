import { labelClasses, type Strategy } from '@ktrdr/strategy';
import { optimiserOf } from '../loop/loop.js';
import type { LossSettings } from '../loop/loop-request.js';
import { modelOf } from '../network/model-of.js';
import type { ModelSpec } from '../network/model-spec.js';
import type { OptimiserSpec } from '../network/optimiser.js';

/** What engines are timed on. Plain data, it travels to the trial's process; equal networks have equal JSON. */
export interface TrialNetwork {
  model: ModelSpec;
  optimiser: OptimiserSpec;
  loss: LossSettings;
  /** Rows. */
  batchSize: number;
}

/** What a run of the strategy computes, but for its data: known before any bar is read. */
export function trialNetworkOf(strategy: Strategy): TrialNetwork {
  const { training } = strategy;
  return {
    model: modelOf(strategy, labelClasses(training.labels)?.length ?? 1),
    optimiser: optimiserOf(training),
    loss: training.loss,
    batchSize: training.batchSize,
  };
}

/** Shows that an engine loads and computes; every engine can train it. With so many rows no engine makes several steps in one call, which takes longer to build. */
export const SMALLEST_NETWORK: TrialNetwork = {
  model: { type: 'mlp', inputs: 2, layers: [{ units: 4, activation: 'relu', dropout: 0 }], outputs: 3 },
  optimiser: { type: 'adam', weightDecay: 0, gradientClip: 1 },
  loss: { type: 'cross_entropy' },
  batchSize: 512,
};
