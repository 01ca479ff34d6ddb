import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

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
/** A first load of the GPU library can take tens of seconds. */
const TRIAL_TIMEOUT_MS = 60_000;

/**
 * Why a native engine is not to be had, or `null` when it is. The package is tried in a short process of its own:
 * loading a native library that does not fit the machine can end the process that does it.
 *
 * @param from a file: the package is looked for as an import of this file would
 */
export async function nativePackageProblem(
  engine: NativeEngineName,
  from: string = fileURLToPath(import.meta.url),
): Promise<string | null> {
  const name = NATIVE_PACKAGES[engine];
  let directory: string;
  try {
    directory = dirname(createRequire(from).resolve(`${name}/package.json`));
  } catch {
    return `not installed: npx pnpm add -w ${name}@${VERSION}`;
  }
  if (!existsSync(join(directory, BINDING))) {
    const install =
      engine === 'tensorflow-gpu' ? 'node scripts/install.js gpu download' : 'node scripts/install.js';
    return `installed, but its native library ${BINDING} is missing: run \`${install}\` in ${directory}, which downloads it`;
  }
  return tryInProcess(engine, from);
}

function tryInProcess(engine: NativeEngineName, from: string): Promise<string | null> {
  const program = fileURLToPath(new URL('./native-trial.js', import.meta.url));
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [program, engine, from],
      { timeout: TRIAL_TIMEOUT_MS, killSignal: 'SIGKILL' },
      (error, stdout, stderr) => {
        if (error === null) {
          const device = stdout.trim().split('\n').at(-1);
          resolve(engine === 'tensorflow-gpu' && device !== 'gpu' ? 'installed, but it finds no GPU' : null);
          return;
        }
        const ending = error.killed
          ? `it did not answer within ${TRIAL_TIMEOUT_MS / 1000} s`
          : error.signal
            ? `the process ended with ${error.signal}`
            : `exit code ${error.code}`;
        const said =
          stderr.split('\n').findLast((line) => /error/i.test(line)) ?? stderr.trim().split('\n').at(-1);
        resolve(`installed, but it does not load: ${ending}${said ? `: ${said.trim()}` : ''}`);
      },
    );
  });
}
