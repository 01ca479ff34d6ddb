/** The real packages tfjs-node and tfjs-node-gpu over a stand-in for their native binding. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { EngineName, EngineSetting, TrainingMetrics } from '@ktrdr/contracts';
import { parseStrategy } from '@ktrdr/strategy';
import { trialNetworkOf } from '../dist/engine-choice/trial-network.js';
import { standIn, TrainerCopy } from './fixtures/trainer-copy.js';
import {
  engineChoice,
  strategyText,
  trainingRequest,
  workplace,
  writeBars,
  type Workplace,
} from './fixtures/training.js';

const run = promisify(execFile);
const never = new AbortController().signal;

// Most tests start several processes, and each loads all of TensorFlow.js.
let copy: TrainerCopy;
let place: Workplace;

beforeAll(async () => {
  copy = await TrainerCopy.create(['tfjs-node', 'tfjs-node-gpu']);
  place = await workplace();
  await writeBars(place.dataDir, 'AAA', '1h', 600);
});
afterAll(async () => {
  await copy.remove();
  await place.remove();
});

/** Why an engine does not load, or `null`. */
async function problemOf(engine: EngineName): Promise<string | null> {
  return (await copy.trials()).load(engine, false);
}

async function choose(setting: EngineSetting, text = strategyText()) {
  const network = trialNetworkOf(parseStrategy(text, { file: 'small.yaml' }).strategy);
  return (await copy.selector()).choose(setting, network, { signal: never, onPhase: () => undefined });
}

async function train(engine: EngineName, activation: string) {
  const { result } = await copy.runTrainerProcess(
    trainingRequest(place, {
      strategy: strategyText({ activation, epochs: 2 }),
      engine: engineChoice(engine),
    }),
    { signal: never, graceMs: 1000, onProgress: () => undefined },
  );
  return result;
}

describe('over a binding', () => {
  const onnx = new Map<string, Promise<TrainingMetrics>>();

  beforeAll(async () => {
    await copy.bind('tfjs-node', standIn(false));
    await copy.bind('tfjs-node-gpu', standIn(true));
  });

  /** ONNX Runtime's result for the same run. */
  function expected(activation: string): Promise<TrainingMetrics> {
    const known =
      onnx.get(activation) ?? train('onnx', activation).then((result) => result.training_metrics!);
    onnx.set(activation, known);
    return known;
  }

  test.each<[EngineName, string]>([
    ['tensorflow-node', 'relu'],
    ['tensorflow-node', 'leaky_relu'],
    ['tensorflow-node', 'tanh'],
    ['tensorflow-node', 'sigmoid'],
    ['tensorflow-gpu', 'relu'],
  ])('%s trains like ONNX Runtime (%s)', async (engine, activation) => {
    const result = await train(engine, activation);
    expect(result.resource_usage.engine).toBe(engine);
    const [own, other] = [result.training_metrics!, await expected(activation)];
    expect(own.epochs_trained).toBe(2);
    expect(own.final_train_loss).toBeCloseTo(other.final_train_loss, 4);
    expect(own.final_val_loss).toBeCloseTo(other.final_val_loss, 4);
  });

  test('the setting tensorflow chooses the GPU, and the result says so', async () => {
    expect(await choose('tensorflow')).toMatchObject({
      engine: 'tensorflow-gpu',
      device: 'gpu',
      rejected: [],
    });
  });

  test('auto times both and ONNX Runtime, and the result has the measurements', async () => {
    const choice = await choose('auto');
    expect(choice.times.map(({ engine }) => engine)).toEqual(
      expect.arrayContaining(['onnx', 'tensorflow-node', 'tensorflow-gpu']),
    );
    // usually onnx; on a busy machine another engine may have been faster
    const [fastest, ...slower] = choice.times;
    expect(choice.engine).toBe(fastest!.engine);
    for (const { engine } of slower) {
      const reason = expect.stringMatching(new RegExp(`^slower: .* ms a step, ${choice.engine} .* ms$`));
      expect(choice.rejected).toContainEqual({ engine, reason });
    }
    const { result } = await copy.runTrainerProcess(trainingRequest(place, { engine: choice }), {
      signal: never,
      graceMs: 1000,
      onProgress: () => undefined,
    });
    expect(result.resource_usage).toMatchObject({
      engine: choice.engine,
      engine_times: choice.times,
      rejected_engines: choice.rejected,
    });
  });

  test('no tensor is leaked in the binding, and nothing is printed', async () => {
    const program = `
      const { createEngine } = await import(${JSON.stringify(copy.url('engines/create-engine.js'))});
      const { createRequire } = await import('node:module');
      const engine = await createEngine('tensorflow-node');
      const binding = createRequire(${JSON.stringify(copy.url('index.js'))})(${JSON.stringify(copy.bindingOf('tfjs-node'))});
      const model = { type: 'mlp', inputs: 1, layers: [{ units: 3, activation: 'leaky_relu', dropout: 0.5 }], outputs: 2 };
      const optimiser = { type: 'adam', weightDecay: 0, gradientClip: null };
      const loss = { type: 'cross_entropy', classWeights: null };
      await engine.init({ model, optimiser, loss, parameters: new Float32Array(14).fill(0.1), gradientNorms: false });
      const batch = { count: 1, features: Float32Array.of(1, 2), targets: Int32Array.of(0, 1), weights: null, masks: [new Float32Array(6).fill(1)], learningRate: 0.01 };
      const counts = [];
      for (let i = 0; i < 3; i += 1) {
        await engine.step(batch);
        await engine.predict(Float32Array.of(1));
        counts.push(binding.executed() > 10 * i, binding.getNumOfTensors());
      }
      console.log(JSON.stringify(counts));`;
    const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '--eval', program]);
    expect(JSON.parse(stdout)).toEqual([true, 0, true, 0, true, 0]);
    expect(stderr).toBe('');
  });

  test.each(['lstm', 'gru', 'cnn'])('a model of type %s is refused before the first step', async (type) => {
    const architecture =
      type === 'cnn' ? 'filters: [4], kernel_size: 3, pool_size: 2' : 'hidden_size: 4, num_layers: 1';
    const text = strategyText({
      model: `type: ${type}, architecture: { ${architecture}, sequence_length: 12 }`,
    });
    await expect(choose('tensorflow-node', text)).rejects.toMatchObject({
      code: 'engine_unsupported',
      message: expect.stringContaining(`cannot train a model of type ${type}, only mlp`),
    });
  });
});

describe('if it cannot be used', () => {
  beforeEach(async () => {
    await copy.bind('tfjs-node', standIn(false));
    await copy.bind('tfjs-node-gpu', null);
  });

  test('a package that is not installed is named', async () => {
    const bare = await TrainerCopy.create([]);
    try {
      expect(await (await bare.trials()).load('tensorflow-gpu', false)).toBe(
        '@tensorflow/tfjs-node-gpu is not installed: optional dependencies were left out',
      );
    } finally {
      await bare.remove();
    }
  });

  test('a package whose install script did not run says how to run it', async () => {
    const problem = await problemOf('tensorflow-gpu');
    expect(problem).toMatch(
      /^@tensorflow\/tfjs-node-gpu lacks its native library lib\/napi-v8\/tfjs_binding\.node, .*allowBuilds/,
    );
    await expect(choose('tensorflow-gpu')).rejects.toMatchObject({
      code: 'engine_unavailable',
      message: expect.stringContaining(problem!),
    });
  });

  test('the error of a library that throws while loading is quoted', async () => {
    await copy.bind('tfjs-node', `throw new Error('libtensorflow.so.2: cannot open shared object file');`);
    expect(await problemOf('tensorflow-node')).toBe(
      'installed, but it does not load: libtensorflow.so.2: cannot open shared object file',
    );
  });

  test('a library that crashes while loading ends only its own process', async () => {
    await copy.bind('tfjs-node', `process.kill(process.pid, 'SIGSEGV');`);
    expect(await problemOf('tensorflow-node')).toBe(
      'installed, but it does not load: the process ended with SIGSEGV',
    );
  });

  test('without a GPU the setting tensorflow chooses the CPU', async () => {
    await copy.bind('tfjs-node-gpu', standIn(false));
    expect(await choose('tensorflow')).toMatchObject({
      engine: 'tensorflow-node',
      device: 'cpu',
      rejected: [
        {
          engine: 'tensorflow-gpu',
          reason: 'installed, but it does not load: TensorFlow found no GPU',
        },
      ],
    });
  });

  test('a training with tensorflow-gpu cannot resume without a GPU', async () => {
    await copy.bind('tfjs-node-gpu', standIn(false));
    await expect(train('tensorflow-gpu', 'relu')).rejects.toMatchObject({
      code: 'engine_unavailable',
      message: expect.stringContaining('TensorFlow found no GPU'),
    });
  });
});
