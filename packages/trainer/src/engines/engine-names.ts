import { ONNX_ENGINE_NAMES, type EngineName, type OnnxEngineName } from '@ktrdr/contracts';

/** Far slower than the others, and always there: taken where nothing else is to be had. */
export const LAST_RESORT: readonly EngineName[] = ['tensorflow-wasm', 'tensorflow-js'];

const ON_CPU: readonly EngineName[] = ['onnx', 'tensorflow-node', ...LAST_RESORT];

export function isOnnx(engine: EngineName): engine is OnnxEngineName {
  return (ONNX_ENGINE_NAMES as readonly EngineName[]).includes(engine);
}

/** Where the engine computes. */
export function deviceOf(engine: EngineName): 'cpu' | 'gpu' {
  return ON_CPU.includes(engine) ? 'cpu' : 'gpu';
}
