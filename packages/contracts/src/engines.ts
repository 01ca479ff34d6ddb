/** Engines on ONNX, by execution provider. `onnx` is the project's own implementation on the CPU. */
export const ONNX_ENGINE_NAMES = [
  'onnx-cuda',
  'onnx-coreml',
  'onnx-directml',
  'onnx-webgpu',
  'onnx',
] as const;
/** Name of an engine on ONNX. */
export type OnnxEngineName = (typeof ONNX_ENGINE_NAMES)[number];
/** TensorFlow.js by backend. */
export const TENSORFLOW_ENGINE_NAMES = [
  'tensorflow-gpu',
  'tensorflow-node',
  'tensorflow-wasm',
  'tensorflow-js',
] as const;
/** Name of an engine on TensorFlow.js. */
export type TensorFlowEngineName = (typeof TENSORFLOW_ENGINE_NAMES)[number];

/** The engine that computes the training steps. `wasm` is the project's own kernels in WebAssembly. */
export type EngineName = OnnxEngineName | 'wasm' | TensorFlowEngineName;
/** All engines. */
export const ENGINE_NAMES: readonly EngineName[] = [...ONNX_ENGINE_NAMES, 'wasm', ...TENSORFLOW_ENGINE_NAMES];
/**
 * `auto` selects the fastest available engine for the network; `tensorflow` selects the first available engine of
 * TensorFlow.js.
 */
export type EngineSetting = 'auto' | 'tensorflow' | EngineName;
/** All values of the engine setting. */
export const ENGINE_SETTINGS: readonly EngineSetting[] = ['auto', 'tensorflow', ...ENGINE_NAMES];

/** Time of one training step in ms: the median of about twenty. */
export interface EngineTime {
  engine: EngineName;
  ms_per_step: number;
}

/** The selected engine, and why the others were rejected. */
export interface EngineChoice {
  engine: EngineName;
  /** `cpu` or `gpu`. */
  device: string;
  rejected: { engine: EngineName; reason: string }[];
  /** Step times for this network and batch size, fastest first; empty if only one engine was available. */
  times: EngineTime[];
}
