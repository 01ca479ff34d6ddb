import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import type { EngineName } from '@ktrdr/contracts';
import { ProcessTrials } from '../dist/engine-choice/engine-trial.js';
import type { TrialNetwork } from '../dist/engine-choice/trial-network.js';

const run = promisify(execFile);
const built = (path: string): string => fileURLToPath(new URL(`../dist/${path}`, import.meta.url));

const never = new AbortController().signal;

/** What a trial says is wrong; `null` when the engine works. */
function problemOf(engine: EngineName): Promise<string | null> {
  return new ProcessTrials().load(engine, false);
}

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
  ['wasm', 'mlp', MLP],
  ['tensorflow-wasm', 'mlp', MLP],
  ['tensorflow-js', 'mlp', MLP],
])('%s loads, and is timed on an %s', async (engine, _type, network) => {
  const trials = new ProcessTrials();
  expect(await trials.load(engine, false)).toBeNull();
  expect(await trials.time(engine, network, never)).toEqual({ msPerStep: expect.any(Number) });
});

test('an engine that cannot train the network reports it', async () => {
  expect(await new ProcessTrials().time('tensorflow-js', GRU, never)).toEqual({
    problem: expect.stringMatching(/^it loads, but cannot train this network: .*type gru/),
  });
});

test('a cancelled timing ends with the reason', async () => {
  const cancelled = new AbortController();
  const timing = new ProcessTrials().time('onnx', MLP, cancelled.signal);
  cancelled.abort(new Error('enough'));
  await expect(timing).rejects.toThrow('enough');
});

test('rejects an execution provider that this machine lacks and says what is missing', async () => {
  expect(await problemOf(process.platform === 'win32' ? 'onnx-coreml' : 'onnx-directml')).toMatch(/only$/);
});

test.each(['onnx', 'wasm', 'tensorflow-wasm', 'tensorflow-js'])(
  '%s prints nothing, sends no usage data and leaves no handler of uncaught exceptions and no temporary file',
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
