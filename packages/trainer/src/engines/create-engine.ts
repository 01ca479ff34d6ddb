import type { EngineName } from '@ktrdr/contracts';
import { isOnnx } from './engine-names.js';
import { engineUnavailable } from './engine-unavailable.js';
import type { Engine } from './engine.js';
import { OnnxEngine } from './onnx/onnx-engine.js';
import { loadBackend } from './tensorflow/load-backend.js';
import { TensorFlowEngine } from './tensorflow/tensorflow-engine.js';
import { WasmEngine } from './wasm/wasm-engine.js';

/**
 * Creates an engine and loads its library into this process. A process can hold one engine at a time.
 *
 * @throws KtrdrError `engine_unavailable`
 */
export async function createEngine(name: EngineName): Promise<Engine> {
  try {
    if (isOnnx(name)) return new OnnxEngine(name);
    return name === 'wasm' ? new WasmEngine() : new TensorFlowEngine(await loadBackend(name));
  } catch (cause) {
    throw engineUnavailable(name, cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
