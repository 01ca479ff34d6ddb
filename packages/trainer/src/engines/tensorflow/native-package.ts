import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The packages of the engines that run TensorFlow's own library: optional dependencies of this package. */
export const NATIVE_PACKAGES = {
  'tensorflow-gpu': '@tensorflow/tfjs-node-gpu',
  'tensorflow-node': '@tensorflow/tfjs-node',
} as const;
export type NativeEngineName = keyof typeof NATIVE_PACKAGES;

const BINDING = join('lib', 'napi-v8', 'tfjs_binding.node');
const { resolve } = createRequire(import.meta.url);

/** Why the package of a native engine cannot be loaded, or `null` if it is complete. */
export function nativePackageProblem(engine: NativeEngineName): string | null {
  const name = NATIVE_PACKAGES[engine];
  let directory: string;
  try {
    directory = dirname(resolve(`${name}/package.json`));
  } catch {
    return `${name} is not installed: optional dependencies were left out`;
  }
  if (existsSync(join(directory, BINDING))) return null;
  return `${name} lacks its native library ${BINDING}, because its install script did not run: set '${name}': true under allowBuilds in pnpm-workspace.yaml, then run: npx pnpm rebuild ${name}`;
}
