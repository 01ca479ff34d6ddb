import { readFileSync } from 'node:fs';

/** The part of the global `WebAssembly` that is used here; Node's types do not have it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

/** An address in the module's memory, in bytes. It is negative beyond 2 GiB. */
export type Address = number;

/**
 * The functions of `kernels/index.ts`, compiled to WebAssembly. A run calls `addLayer` for each layer, then `setLoss`, `setOptimiser` and
 * `allocateState`, then `allocateCall` before calls with more rows than before. All addresses of a call then change.
 */
export interface Kernels {
  readonly memory: { readonly buffer: ArrayBuffer };
  addLayer(inputs: number, units: number, activation: number, hasDropout: boolean): void;
  setLoss(type: number, parameter: number): void;
  /** Decays are 0 if the optimiser has no such sum, the limit is 0 for none. */
  setOptimiser(firstDecay: number, secondDecay: number, penalty: number, gradientClip: number): void;
  allocateState(gradientNorms: boolean): void;
  allocateCall(rows: number, batches: number): void;
  /** For each layer its kernel and below it its bias, rows padded to a multiple of 4 numbers. */
  parametersAddress(): Address;
  /** As the parameters. */
  firstMomentAddress(): Address;
  secondMomentAddress(): Address;
  featuresAddress(): Address;
  /** Int32 classes or Float32 values. */
  targetsAddress(): Address;
  scalesAddress(): Address;
  masksAddress(layer: number): Address;
  /** `rate`, `epsilon` and `shrink` of `UpdateFactors` for each batch. */
  factorsAddress(): Address;
  /** Loss, correct rows and norm of each batch, Float64. */
  resultsAddress(): Address;
  predictionsAddress(): Address;
  /** Call it after the parameters are written. */
  flushParameters(): void;
  train(batches: number, rows: number): void;
  predict(rows: number): void;
}

/** The relative path is the same from `src` and from `dist`. */
const FILE = new URL('../../../dist/engines/wasm/kernels.wasm', import.meta.url);

let compiled: object | null = null;

/** A new instance with its own memory, all 0. */
export function createKernels(): Kernels {
  compiled ??= new WebAssembly.Module(readFileSync(FILE));
  return new WebAssembly.Instance(compiled).exports as Kernels;
}

/** Why the kernels cannot run on this machine, for example a processor without SIMD; `null` if they can. */
export function kernelProblem(): string | null {
  try {
    createKernels();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
