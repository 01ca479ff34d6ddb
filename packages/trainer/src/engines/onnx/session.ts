import { createRequire } from 'node:module';
import type { OnnxEngineName } from '@ktrdr/contracts';
import type * as OnnxRuntime from 'onnxruntime-node';

// read when the library makes its first session: else it sends usage data to Microsoft, and leaves a file in the temporary folder
// oxlint-disable-next-line no-restricted-properties -- the library has no other way to be told, and it is no setting
process.env['ORT_DISABLE_TELEMETRY'] = '1';
const require = createRequire(import.meta.url);
const ort = require('onnxruntime-node') as typeof OnnxRuntime;

export type Tensor = OnnxRuntime.Tensor;
export type Session = OnnxRuntime.InferenceSession;

/** What ONNX Runtime calls the execution providers. */
const PROVIDERS: Record<OnnxEngineName, string> = {
  onnx: 'cpu',
  'onnx-cuda': 'cuda',
  'onnx-coreml': 'coreml',
  'onnx-directml': 'dml',
  'onnx-webgpu': 'webgpu',
};

/** Severity from which ONNX Runtime writes to the console: errors. */
const LOG_ERRORS = 3;

/** Loads a graph. One thread computes, so that sums are added in one order. */
export function createSession(graph: Uint8Array, engine: OnnxEngineName): Promise<Session> {
  return ort.InferenceSession.create(graph, {
    executionProviders: [PROVIDERS[engine]],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    logSeverityLevel: LOG_ERRORS,
  });
}

/** Float32 values as a tensor; shares their memory. */
export function tensor(values: Float32Array, shape: readonly number[]): Tensor {
  return new ort.Tensor('float32', values, shape);
}

/** Float64 values as a tensor; shares their memory. */
export function doubles(values: Float64Array, shape: readonly number[]): Tensor {
  return new ort.Tensor('float64', values, shape);
}
