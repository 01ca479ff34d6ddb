import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { EngineName } from '@ktrdr/contracts';
import { parseStrategy } from '@ktrdr/strategy';
import { runTrainerProcess } from '@ktrdr/trainer';
import { EngineSelector } from '../dist/engines/engine-selector.js';
import { ProcessTrials } from '../dist/engines/engine-trial.js';
import { trialNetworkOf, type TrialNetwork } from '../dist/engines/trial-network.js';

import { strategyText, trainingRequest, workplace, writeBars } from './fixtures/training.js';

const require = createRequire(import.meta.url);
const run = promisify(execFile);
const built = (path: string): string => fileURLToPath(new URL(`../dist/${path}`, import.meta.url));

const never = new AbortController().signal;

/** What a trial says is wrong; `null` when the engine works. */
function problemOf(engine: EngineName, from?: string): Promise<string | null> {
  return new ProcessTrials(from).load(engine);
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

  test('that loads is timed beside the others on the run’s own network, and the result says what was measured', async () => {
    const engines = new EngineSelector(new ProcessTrials(await install('tfjs-node', working)));
    const text = strategyText({ hiddenLayers: [64, 64], epochs: 1 });
    const phases: string[] = [];
    const engine = await engines.choose(
      'auto',
      trialNetworkOf(parseStrategy(text, { file: 'small.yaml' }).strategy),
      { signal: never, onPhase: (phase) => phases.push(phase) },
    );
    expect(phases).toEqual(['looking for engines', 'timing engines']);
    const place = await workplace();
    try {
      await writeBars(place.dataDir, 'AAA', '1h', 1000);
      const { result } = await runTrainerProcess(trainingRequest(place, { strategyText: text, engine }), {
        signal: never,
        graceMs: 1000,
        onProgress: () => undefined,
      });
      // plain JavaScript is many times slower
      expect(result.resource_usage).toMatchObject({
        engine: 'onnx',
        engine_times: [
          { engine: 'onnx', ms_per_step: expect.any(Number) },
          { engine: 'tensorflow-node', ms_per_step: expect.any(Number) },
        ],
      });
      expect(result.resource_usage.rejected_engines).toContainEqual({
        engine: 'tensorflow-node',
        reason: expect.stringMatching(/^slower: .* ms a step, onnx .* ms$/),
      });
    } finally {
      await place.remove();
    }
  });
});

/** With dropout, and more rows than one call trains on. */
const MLP: TrialNetwork = {
  model: {
    type: 'mlp',
    inputs: 5,
    layers: [{ units: 8, activation: 'tanh', dropout: 0.2 }],
    outputs: 1,
  },
  optimiser: { type: 'sgd', weightDecay: 0, gradientClip: null },
  loss: { type: 'huber', delta: 1 },
  batchSize: 100,
};
const GRU: TrialNetwork = {
  model: { type: 'gru', inputs: 3, sequenceLength: 6, hiddenSize: 4, layers: 2, dropout: 0.1, outputs: 4 },
  optimiser: { type: 'adam', weightDecay: 0, gradientClip: 1 },
  loss: { type: 'focal', gamma: 2 },
  batchSize: 16,
};

test.each<[EngineName, string, TrialNetwork]>([
  ['onnx', 'mlp', MLP],
  ['onnx', 'gru', GRU],
  ['tensorflow-wasm', 'mlp', MLP],
  ['tensorflow-js', 'mlp', MLP],
])('%s loads, and is timed on an %s', async (engine, _type, network) => {
  const trials = new ProcessTrials();
  expect(await trials.load(engine)).toBeNull();
  expect(await trials.time(engine, network, never)).toEqual({ msPerStep: expect.any(Number) });
});

test('an engine that cannot train the network says so', async () => {
  expect(await new ProcessTrials().time('tensorflow-js', GRU, never)).toEqual({
    problem: expect.stringMatching(/^it loads, but cannot train this network: .*type gru/),
  });
});

test('a timing that is cancelled ends, with the reason', async () => {
  const cancelled = new AbortController();
  const timing = new ProcessTrials().time('onnx', MLP, cancelled.signal);
  cancelled.abort(new Error('enough'));
  await expect(timing).rejects.toThrow('enough');
});

test('an execution provider that is not on this machine is rejected with what is missing', async () => {
  expect(await problemOf(process.platform === 'win32' ? 'onnx-coreml' : 'onnx-directml')).toMatch(/only$/);
});

test.each(['onnx', 'tensorflow-wasm', 'tensorflow-js'])(
  '%s loads in silence, sends no usage data, and leaves no handler of uncaught exceptions and no temporary file behind',
  async (engine) => {
    const program = `
      const { createEngine } = await import(${JSON.stringify(built('engines/create-engine.js'))});
      const engine = await createEngine(${JSON.stringify(engine)});
      const model = { type: 'mlp', inputs: 1, layers: [], outputs: 2 };
      const optimiser = { type: 'adam', weightDecay: 0, gradientClip: null };
      const loss = { type: 'cross_entropy', classWeights: null };
      await engine.init({ model, optimiser, loss, parameters: Float32Array.of(1, 2, 3, 4), gradientNorms: false });
      const logits = await engine.predict(Float32Array.of(1));
      const handlers = process.listenerCount('uncaughtException') + process.listenerCount('unhandledRejection');
      console.log(JSON.stringify({ logits: [...logits], handlers }));`;
    const temporary = await mkdtemp(join(tmpdir(), 'ktrdr-temporary-'));
    try {
      const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '--eval', program], {
        env: { ...process.env, TMPDIR: temporary },
      });
      expect(JSON.parse(stdout)).toEqual({ logits: [4, 6], handlers: 0 });
      expect(stderr).toBe('');
      // ONNX Runtime begins a log there when it starts to send
      expect(await readdir(temporary)).toEqual([]);
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  },
);
