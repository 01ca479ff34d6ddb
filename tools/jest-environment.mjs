import vm from 'node:vm';
import { TestEnvironment } from 'jest-environment-node';

const TYPED_ARRAYS = { Float32Array, Float64Array, Int32Array, BigInt64Array, Uint8Array };

/**
 * Node's environment with two changes. Its globals are an ordinary object: jest's own object intercepts every use of a global, and
 * calculations then take up to eighty times as long. The typed array classes are those of the main context, because native
 * libraries (onnxruntime-node) create and accept no others.
 */
export default class OrdinaryGlobalsEnvironment extends TestEnvironment {
  constructor(config, context) {
    const { createContext } = vm;
    vm.createContext = () => createContext(vm.constants.DONT_CONTEXTIFY);
    try {
      super(config, context);
    } finally {
      vm.createContext = createContext;
    }
    Object.assign(this.global, TYPED_ARRAYS);
  }
}
