import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import util from 'node:util';
import type { TensorFlowEngineName } from '@ktrdr/contracts';
import type * as TensorFlow from '@tensorflow/tfjs-core';
import { deviceOf } from '../engine-names.js';
import { NATIVE_PACKAGES, nativePackageProblem, type NativeEngineName } from './native-package.js';

const require = createRequire(import.meta.url);

/** A TensorFlow.js backend that is loaded and active. */
export interface Backend {
  engine: TensorFlowEngineName;
  device: 'cpu' | 'gpu';
  /** The copy of tfjs-core that the backend is registered with. */
  tf: typeof TensorFlow;
  /** The backend's name in tfjs. */
  tfName: string;
  /** Rows that a training step computes together. */
  rowsAtOnce: number;
}

/** Loads one backend into this process and makes it the active one. Nothing is fetched from a network. */
export async function loadBackend(engine: TensorFlowEngineName): Promise<Backend> {
  switch (engine) {
    case 'tensorflow-gpu':
    case 'tensorflow-node':
      return loadNative(engine);
    case 'tensorflow-wasm':
      return loadWasm();
    case 'tensorflow-js':
      return loadPlain();
  }
}

/** @throws Error if the package is incomplete, or if `tensorflow-gpu` finds no GPU: TensorFlow would silently use the CPU */
async function loadNative(engine: NativeEngineName): Promise<Backend> {
  const problem = nativePackageProblem(engine);
  if (problem !== null) throw new Error(problem);
  // tfjs-node 4.22 calls a function that Node 23 removed.
  const removed = util as { isNullOrUndefined?: (value: unknown) => boolean };
  removed.isNullOrUndefined ??= (value) => value === null || value === undefined;
  // Hides TensorFlow's notes about the processor; warnings and errors still appear.
  // oxlint-disable-next-line no-restricted-properties -- the library has no other switch, and this is not one of our settings
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '1';
  const tf = require(NATIVE_PACKAGES[engine]) as typeof TensorFlow;
  tf.enableProdMode();
  await activate(tf, 'tensorflow');
  const { isUsingGpuDevice } = tf.backend() as { isUsingGpuDevice?: boolean };
  if (engine === 'tensorflow-gpu' && isUsingGpuDevice !== true) throw new Error('TensorFlow found no GPU');
  return { engine, device: deviceOf(engine), tf, tfName: 'tensorflow', rowsAtOnce: 4096 };
}

async function loadWasm(): Promise<Backend> {
  const before = { exceptions: exceptionListeners(), rejections: rejectionListeners() };
  const tf = require('@tensorflow/tfjs-core') as typeof TensorFlow;
  tf.enableProdMode();
  const { setWasmPaths, setThreadsCount } =
    require('@tensorflow/tfjs-backend-wasm') as typeof import('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'))}/wasm-out/`);
  // Threads do not speed up networks of this size, and one thread fixes the order of additions.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  setThreadsCount(1);
  await activate(tf, 'wasm');
  // The wasm module installs handlers that rethrow uncaught errors. Ending the process is not its task.
  for (const listener of exceptionListeners().filter((one) => !before.exceptions.includes(one))) {
    process.off('uncaughtException', listener);
  }
  for (const listener of rejectionListeners().filter((one) => !before.rejections.includes(one))) {
    process.off('unhandledRejection', listener);
  }
  return { engine: 'tensorflow-wasm', device: 'cpu', tf, tfName: 'wasm', rowsAtOnce: 256 };
}

async function loadPlain(): Promise<Backend> {
  const tf = require('@tensorflow/tfjs-core') as typeof TensorFlow;
  // Also keeps tfjs' advertisement off the console.
  tf.enableProdMode();
  require('@tensorflow/tfjs-backend-cpu');
  await activate(tf, 'cpu');
  return { engine: 'tensorflow-js', device: 'cpu', tf, tfName: 'cpu', rowsAtOnce: 256 };
}

async function activate(tf: typeof TensorFlow, tfName: string): Promise<void> {
  if (!(await tf.setBackend(tfName))) throw new Error(`the TensorFlow.js backend ${tfName} did not start`);
}

const exceptionListeners = (): NodeJS.UncaughtExceptionListener[] => process.listeners('uncaughtException');
const rejectionListeners = (): NodeJS.UnhandledRejectionListener[] => process.listeners('unhandledRejection');
