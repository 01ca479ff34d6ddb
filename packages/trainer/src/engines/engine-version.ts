import { createRequire } from 'node:module';
import type { EngineName } from '@ktrdr/contracts';
import { isOnnx } from './engine-names.js';

const require = createRequire(import.meta.url);

/** Engine with the version of its library, if it has one: `onnx (ONNX Runtime 1.30.0)` */
export function engineVersion(engine: EngineName): string {
  if (engine === 'wasm') return engine;
  return isOnnx(engine)
    ? `${engine} (ONNX Runtime ${versionIn('onnxruntime-node/package.json')})`
    : `${engine} (TensorFlow.js ${versionIn('@tensorflow/tfjs-core/package.json')})`;
}

/** The version in a `package.json`, given as Node resolves it from this file. */
export function versionIn(packageFile: string): string {
  return (require(packageFile) as { version: string }).version;
}
