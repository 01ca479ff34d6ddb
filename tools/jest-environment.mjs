import { TestEnvironment } from 'jest-environment-node';

const TYPED_ARRAYS = { Float32Array, Float64Array, Int32Array, BigInt64Array, Uint8Array };

/**
 * Node's environment with the typed array classes of the main context: native libraries (onnxruntime-node) create and accept
 * only those, not the classes of a test's own context.
 */
export default class SharedTypedArraysEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    Object.assign(this.global, TYPED_ARRAYS);
  }
}
