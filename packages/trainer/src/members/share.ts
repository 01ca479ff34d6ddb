import type { DataPart } from '../data/data-parts.js';

type Values = Float32Array | Int32Array;

/** Moves arrays into memory that all threads read, each array once. Keeps no array that its owner has given up, such as a fold's. */
export class SharedArrays {
  private readonly known = new WeakMap<Values, Values>();

  part<Part extends DataPart>(part: Part): Part {
    const { features, windowEnds, targets, weights } = part;
    return {
      ...part,
      features: this.of(features),
      windowEnds: this.of(windowEnds),
      targets: this.of(targets),
      weights: weights && this.of(weights),
    };
  }

  of<Array extends Values>(values: Array): Array {
    if (values.buffer instanceof SharedArrayBuffer) return values;
    let shared = this.known.get(values);
    if (shared === undefined) {
      const buffer = new SharedArrayBuffer(values.byteLength);
      shared = values instanceof Float32Array ? new Float32Array(buffer) : new Int32Array(buffer);
      shared.set(values);
      this.known.set(values, shared);
    }
    return shared as Array;
  }
}
