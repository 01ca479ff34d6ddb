import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { EngineName } from '@ktrdr/contracts';
import { tryEngine } from '../dist/engines/engine-trial.js';

const require = createRequire(import.meta.url);
const run = promisify(execFile);
const built = (path: string): string => fileURLToPath(new URL(`../dist/${path}`, import.meta.url));

/** What a trial says is wrong; `null` when the engine works. */
async function problemOf(engine: EngineName, from?: string): Promise<string | null> {
  const trial = await tryEngine(engine, from);
  return 'problem' in trial ? trial.problem : null;
}

/** A stand-in for the native packages, which are not installed here. */
describe('a native engine', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ktrdr-native-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function install(name: string, program: string, binding = true): Promise<string> {
    const directory = join(folder, 'node_modules/@tensorflow', name);
    await mkdir(join(directory, 'lib/napi-v8'), { recursive: true });
    await writeFile(
      join(directory, 'package.json'),
      JSON.stringify({ name: `@tensorflow/${name}`, main: 'index.js' }),
    );
    await writeFile(join(directory, 'index.js'), program);
    if (binding) await writeFile(join(directory, 'lib/napi-v8/tfjs_binding.node'), '');
    return join(folder, 'anything.js');
  }

  /** The plain JavaScript backend under the native one's name. */
  const working = `
    const tf = require(${JSON.stringify(require.resolve('@tensorflow/tfjs-core'))});
    const { MathBackendCPU } = require(${JSON.stringify(require.resolve('@tensorflow/tfjs-backend-cpu'))});
    tf.copyRegisteredKernels('cpu', 'tensorflow');
    tf.registerBackend('tensorflow', () => new MathBackendCPU());
    module.exports = tf;`;

  test('that is not installed is rejected with the command that installs it', async () => {
    expect(await problemOf('tensorflow-gpu', join(folder, 'anything.js'))).toBe(
      'not installed: npx pnpm add -w @tensorflow/tfjs-node-gpu@4.22.0',
    );
  });

  test('without its native library is rejected with the file that is missing and how to get it', async () => {
    const problem = await problemOf('tensorflow-node', await install('tfjs-node', working, false));
    expect(problem).toMatch(
      /^installed, but its native library lib\/napi-v8\/tfjs_binding\.node is missing: run `node scripts\/install\.js` in \//,
    );
  });

  test('that throws while it loads is rejected with what it said', async () => {
    const from = await install(
      'tfjs-node',
      `throw new Error('libtensorflow.so.2: cannot open shared object file');`,
    );
    expect(await problemOf('tensorflow-node', from)).toBe(
      'installed, but it does not load: exit code 1: Error: libtensorflow.so.2: cannot open shared object file',
    );
  });

  test('that crashes while it loads takes only its own process with it', async () => {
    const from = await install('tfjs-node', `process.kill(process.pid, 'SIGSEGV');`);
    expect(await problemOf('tensorflow-node', from)).toBe(
      'installed, but it does not load: the process ended with SIGSEGV',
    );
  });

  test('that loads and computes is to be had; for the GPU engine it must have found a GPU', async () => {
    expect(await problemOf('tensorflow-node', await install('tfjs-node', working))).toBeNull();
    expect(await problemOf('tensorflow-gpu', await install('tfjs-node-gpu', working))).toBe(
      'installed, but it finds no GPU',
    );
  });
});

test.each(['onnx', 'tensorflow-wasm', 'tensorflow-js'] as const)(
  '%s is tried by timing it',
  async (engine) => {
    const trial = await tryEngine(engine);
    expect(trial).toEqual({ msPerStep: expect.any(Number) });
  },
);

test('an execution provider that is not on this machine is rejected with what is missing', async () => {
  expect(await problemOf(process.platform === 'win32' ? 'onnx-coreml' : 'onnx-directml')).toMatch(/only$/);
});

test.each(['onnx', 'tensorflow-wasm', 'tensorflow-js'])(
  '%s loads in silence and leaves no handler of uncaught exceptions behind',
  async (engine) => {
    const program = `
      const { createEngine } = await import(${JSON.stringify(built('engines/select-engine.js'))});
      const engine = await createEngine(${JSON.stringify(engine)});
      const model = { type: 'mlp', inputs: 1, layers: [], outputs: 2 };
      const optimiser = { type: 'adam', weightDecay: 0, gradientClip: null };
      const loss = { type: 'cross_entropy', classWeights: null };
      await engine.init({ model, optimiser, loss, parameters: Float32Array.of(1, 2, 3, 4), gradientNorms: false });
      const logits = await engine.predict(Float32Array.of(1));
      const handlers = process.listenerCount('uncaughtException') + process.listenerCount('unhandledRejection');
      console.log(JSON.stringify({ logits: [...logits], handlers }));`;
    const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '--eval', program]);
    expect(JSON.parse(stdout)).toEqual({ logits: [4, 6], handlers: 0 });
    expect(stderr).toBe('');
  },
);
