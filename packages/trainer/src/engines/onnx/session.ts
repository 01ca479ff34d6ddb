import { createRequire } from 'node:module';
import type { OnnxEngineName } from '@ktrdr/contracts';
import type * as OnnxRuntime from 'onnxruntime-node';
import { denormalOptions } from './denormals.js';

// ONNX Runtime reads this at its first session. Without it, it sends usage data to Microsoft and leaves a file in the temporary folder.
// oxlint-disable-next-line no-restricted-properties -- the library has no other switch, and this is not one of our settings
process.env['ORT_DISABLE_TELEMETRY'] = '1';
const require = createRequire(import.meta.url);
const ort = require('onnxruntime-node') as typeof OnnxRuntime;

export type Tensor = OnnxRuntime.Tensor;
export type Session = OnnxRuntime.InferenceSession;

/** The names of the execution providers in ONNX Runtime. */
const PROVIDERS: Record<OnnxEngineName, string> = {
  onnx: 'cpu',
  'onnx-cuda': 'cuda',
  'onnx-coreml': 'coreml',
  'onnx-directml': 'dml',
  'onnx-webgpu': 'webgpu',
};

/** Lowest severity that ONNX Runtime writes to the console: error. */
const LOG_ERRORS = 3;

/** Loads a graph. It computes with one thread, so that the order of additions is fixed. */
export function createSession(graph: Uint8Array, engine: OnnxEngineName): Promise<Session> {
  return ort.InferenceSession.create(graph, {
    executionProviders: [PROVIDERS[engine]],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    logSeverityLevel: LOG_ERRORS,
    ...denormalOptions(),
  });
}

/** A tensor that shares the memory of Float32 values. */
export function tensor(values: Float32Array, shape: readonly number[]): Tensor {
  return new ort.Tensor('float32', values, shape);
}

/** A tensor that shares the memory of Float64 values. */
export function doubles(values: Float64Array, shape: readonly number[]): Tensor {
  return new ort.Tensor('float64', values, shape);
}
