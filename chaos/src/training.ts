import { strategyText } from '@ktrdr/service-kit/testing';

/** Trains for some seconds, with a checkpoint in passing or two. */
export const TRAINING = strategyText({ epochs: 900 });
