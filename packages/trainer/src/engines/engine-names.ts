import { ONNX_ENGINE_NAMES, type EngineName, type OnnxEngineName } from '@ktrdr/contracts';

/** Much slower than the others but always available: used only if no other engine is. */
export const LAST_RESORT: readonly EngineName[] = ['tensorflow-wasm', 'tensorflow-js'];

const ON_CPU: readonly EngineName[] = ['onnx', 'wasm', 'tensorflow-node', ...LAST_RESORT];

export function isOnnx(engine: EngineName): engine is OnnxEngineName {
  return (ONNX_ENGINE_NAMES as readonly EngineName[]).includes(engine);
}

/** Whether several threads of a process can train in parallel, each with its own engine. */
export function trainsInThreads(engine: EngineName): boolean {
  return engine === 'onnx' || engine === 'wasm';
}

/** The device that an engine computes on. */
export function deviceOf(engine: EngineName): 'cpu' | 'gpu' {
  return ON_CPU.includes(engine) ? 'cpu' : 'gpu';
}
