import { strategyText } from '@ktrdr/service-kit/testing';

/** A training of a few seconds that writes some checkpoints. It mostly waits, and leaves the processor to the services. */
export const TRAINING = strategyText({ epochs: 40, batchSize: 256, paceMs: 10 });
