/** ONNX Runtime by execution provider; `onnx` is its own code on the CPU. */
export const ONNX_ENGINE_NAMES = [
  'onnx-cuda',
  'onnx-coreml',
  'onnx-directml',
  'onnx-webgpu',
  'onnx',
] as const;
export type OnnxEngineName = (typeof ONNX_ENGINE_NAMES)[number];
/** TensorFlow.js by backend. */
export const TENSORFLOW_ENGINE_NAMES = [
  'tensorflow-gpu',
  'tensorflow-node',
  'tensorflow-wasm',
  'tensorflow-js',
] as const;
export type TensorFlowEngineName = (typeof TENSORFLOW_ENGINE_NAMES)[number];

/** What computes training steps: one concrete engine. */
export type EngineName = OnnxEngineName | TensorFlowEngineName;
export const ENGINE_NAMES: readonly EngineName[] = [...ONNX_ENGINE_NAMES, ...TENSORFLOW_ENGINE_NAMES];
/** `auto` takes the fastest for the run's network of those that are to be had; `tensorflow` the first of that family. */
export type EngineSetting = 'auto' | 'tensorflow' | EngineName;
export const ENGINE_SETTINGS: readonly EngineSetting[] = ['auto', 'tensorflow', ...ENGINE_NAMES];

/** What a step of training took, ms: the median of some twenty. */
export interface EngineTime {
  engine: EngineName;
  ms_per_step: number;
}

/** Which engine was taken and why the others were not. */
export interface EngineChoice {
  engine: EngineName;
  /** `cpu` or `gpu`. */
  device: string;
  rejected: { engine: EngineName; reason: string }[];
  /** Of the run's own network and batch size, the fastest first; empty where only one engine could be taken. */
  times: EngineTime[];
}
