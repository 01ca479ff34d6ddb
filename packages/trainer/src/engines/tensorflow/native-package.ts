import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * The packages of the engines that run TensorFlow's own library: installed by those who want them. They stand in no
 * package.json, since pnpm installs a workspace's own peer dependencies even when they are optional.
 */
export const NATIVE_PACKAGES = {
  'tensorflow-gpu': '@tensorflow/tfjs-node-gpu',
  'tensorflow-node': '@tensorflow/tfjs-node',
} as const;
export type NativeEngineName = keyof typeof NATIVE_PACKAGES;

/** The version that the trainer is written for. */
const VERSION = '4.22.0';
const BINDING = join('lib', 'napi-v8', 'tfjs_binding.node');

/**
 * Why a native engine cannot even be tried, or `null` when it can.
 *
 * @param from a file: the package is looked for as an import of this file would
 */
export function nativePackageProblem(engine: NativeEngineName, from: string): string | null {
  const name = NATIVE_PACKAGES[engine];
  let directory: string;
  try {
    directory = dirname(createRequire(from).resolve(`${name}/package.json`));
  } catch {
    return `not installed: npx pnpm add -w ${name}@${VERSION}`;
  }
  if (existsSync(join(directory, BINDING))) return null;
  const install =
    engine === 'tensorflow-gpu' ? 'node scripts/install.js gpu download' : 'node scripts/install.js';
  return `installed, but its native library ${BINDING} is missing: run \`${install}\` in ${directory}, which downloads it`;
}
