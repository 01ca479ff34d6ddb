import type { OnnxEngineName } from '@ktrdr/contracts';

/** Parts of one Split node. WebGPU guarantees eight buffers to a program, so a node can write seven; the others have no such limit. */
export function mostPartsOf(engine: OnnxEngineName): number | undefined {
  return engine === 'onnx-webgpu' ? 7 : undefined;
}
