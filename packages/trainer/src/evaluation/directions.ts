import { predictedClasses } from './metrics.js';
import type { Targets } from '../network/loss.js';

/** What a regression's values are judged by beside their error: the direction. */
export const DIRECTIONS = ['UP', 'DOWN'] as const;

/** `[rows]` -> `[rows]`: 0 for values above 0, else 1. */
export function directionsOf(values: Float32Array): Int32Array {
  return Int32Array.from(values, (value) => (value > 0 ? 0 : 1));
}

/** Targets as classes: their own, or directions. */
export function targetClasses(targets: Targets): Int32Array {
  return targets instanceof Int32Array ? targets : directionsOf(targets);
}

/** The classes that outputs `[rows, outputs]` say; of a regression the directions. */
export function outputClasses(outputs: Float32Array, targets: Targets): Int32Array {
  return targets instanceof Int32Array
    ? predictedClasses(outputs, outputs.length / targets.length)
    : directionsOf(outputs);
}
