import { strategyText } from '@ktrdr/service-kit/testing';

/** A training of a few seconds that writes one or two checkpoints. */
export const TRAINING = strategyText({ epochs: 900 });
