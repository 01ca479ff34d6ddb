import { predictedClasses } from './metrics.js';
import type { Targets } from '../network/loss.js';

/** Classes for the accuracy of a regression: the direction of a value. */
export const DIRECTIONS = ['UP', 'DOWN'] as const;

/** `[rows]` -> `[rows]`: 0 for values above 0, else 1. */
export function directionsOf(values: Float32Array): Int32Array {
  return Int32Array.from(values, (value) => (value > 0 ? 0 : 1));
}

/** Targets as classes, or as directions for a regression: `[rows]`. */
export function targetClasses(targets: Targets): Int32Array {
  return targets instanceof Int32Array ? targets : directionsOf(targets);
}

/** Predicted classes, or directions for a regression: outputs `[rows, outputs]` -> `[rows]`. */
export function outputClasses(outputs: Float32Array, targets: Targets): Int32Array {
  return targets instanceof Int32Array
    ? predictedClasses(outputs, outputs.length / targets.length)
    : directionsOf(outputs);
}
