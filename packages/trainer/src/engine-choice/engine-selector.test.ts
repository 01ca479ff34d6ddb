import { describe, expect, test } from '@jest/globals';
import type { EngineChoice, EngineName, EngineSetting } from '@ktrdr/contracts';
import { EngineSelector } from './engine-selector.js';
import type { EngineTrials } from './engine-trial.js';
import { SMALLEST_NETWORK, type TrialNetwork } from './trial-network.js';

const LSTM: TrialNetwork = {
  ...SMALLEST_NETWORK,
  model: { type: 'lstm', inputs: 2, sequenceLength: 5, hiddenSize: 4, layers: 1, dropout: 0, outputs: 3 },
};

/** Engines that are there, with the time of a step in ms, or why they cannot train. */
class GivenTrials implements EngineTrials {
  readonly loaded: EngineName[] = [];
  readonly timed: EngineName[] = [];
  /** A timing waits for it. */
  gate: Promise<void> = Promise.resolve();

  /** Loads only for a user who names it. */
  software: EngineName | null = null;

  constructor(readonly there: Partial<Record<EngineName, number | string>>) {}

  load(engine: EngineName, isNamed: boolean): Promise<string | null> {
    this.loaded.push(engine);
    const isThere = this.there[engine] !== undefined && (isNamed || engine !== this.software);
    return Promise.resolve(isThere ? null : `no ${engine} today`);
  }

  async time(engine: EngineName, _network: TrialNetwork, signal: AbortSignal) {
    this.timed.push(engine);
    await this.gate;
    signal.throwIfAborted();
    const found = this.there[engine]!;
    return typeof found === 'string' ? { problem: found } : { msPerStep: found };
  }
}

const missing = (...engines: EngineName[]): EngineChoice['rejected'] =>
  engines.map((engine) => ({ engine, reason: `no ${engine} today` }));

function given(there: GivenTrials['there']) {
  const trials = new GivenTrials(there);
  const selector = new EngineSelector(null, trials);
  const phases: string[] = [];
  const choose = (
    setting: EngineSetting,
    network = SMALLEST_NETWORK,
    signal = new AbortController().signal,
  ): Promise<EngineChoice> =>
    selector.choose(setting, network, { signal, onPhase: (phase) => phases.push(phase) });
  return { trials, phases, choose };
}

describe('auto', () => {
  test('chooses the fastest engine and reports all times and why the others are missing', async () => {
    const there = { 'onnx-cuda': 0.42, onnx: 0.125, 'tensorflow-node': 1234.5, 'tensorflow-wasm': 0.01 };
    const { choose, phases } = given(there);
    expect(await choose('auto')).toEqual({
      engine: 'onnx',
      device: 'cpu',
      rejected: [
        ...missing('onnx-coreml', 'onnx-directml', 'onnx-webgpu', 'wasm', 'tensorflow-gpu'),
        { engine: 'onnx-cuda', reason: 'slower: 0.42 ms a step, onnx 0.13 ms' },
        { engine: 'tensorflow-node', reason: 'slower: 1235 ms a step, onnx 0.13 ms' },
      ],
      times: [
        { engine: 'onnx', ms_per_step: 0.125 },
        { engine: 'onnx-cuda', ms_per_step: 0.42 },
        { engine: 'tensorflow-node', ms_per_step: 1234.5 },
      ],
    });
    expect(phases).toEqual(['looking for engines', 'timing engines']);
    expect(await given({ 'onnx-cuda': 0.1, onnx: 0.125 }).choose('auto')).toMatchObject({
      engine: 'onnx-cuda',
      device: 'gpu',
    });
  });

  test('takes wasm for small networks and batches, onnx for large ones, and times neither', async () => {
    const { choose, trials } = given({ onnx: 1, wasm: 100 });
    const sized = (units: number, batchSize: number): TrialNetwork => ({
      ...SMALLEST_NETWORK,
      model: {
        type: 'mlp',
        inputs: 10,
        layers: [{ units, activation: 'relu', dropout: 0 }],
        outputs: 10,
      },
      batchSize,
    });
    const reason = 'slower for a network and batch of this size';
    expect(await choose('auto', sized(50, 1000))).toMatchObject({
      engine: 'wasm',
      device: 'cpu',
      times: [],
      rejected: expect.arrayContaining([{ engine: 'onnx', reason }]),
    });
    expect(await choose('auto', sized(50, 1001))).toMatchObject({
      engine: 'onnx',
      rejected: expect.arrayContaining([{ engine: 'wasm', reason }]),
    });
    expect(await choose('auto', sized(501, 100))).toMatchObject({ engine: 'onnx' });
    expect(await choose('wasm', sized(501, 100))).toMatchObject({ engine: 'wasm', rejected: [] });
    expect(await choose('auto', LSTM)).toMatchObject({ engine: 'onnx' });
    expect(trials.timed).toEqual([]);
  });

  test('times other engines against the CPU engine of this size', async () => {
    const { choose, trials } = given({ onnx: 0.1, wasm: 0.2, 'onnx-cuda': 0.3 });
    expect(await choose('auto')).toMatchObject({
      engine: 'wasm',
      times: [
        { engine: 'wasm', ms_per_step: 0.2 },
        { engine: 'onnx-cuda', ms_per_step: 0.3 },
      ],
    });
    expect(trials.timed).toEqual(['onnx-cuda', 'wasm']);
  });

  test('trains any mlp with wasm if ONNX Runtime does not load', async () => {
    const { choose } = given({ wasm: 1, 'tensorflow-wasm': 0.1 });
    const large = { ...SMALLEST_NETWORK, batchSize: 1_000_000 };
    expect(await choose('auto', large)).toMatchObject({ engine: 'wasm', times: [] });
  });

  test('does not time a single available engine', async () => {
    const { choose, trials, phases } = given({ onnx: 1, 'tensorflow-wasm': 0.1 });
    expect(await choose('auto')).toMatchObject({ engine: 'onnx', device: 'cpu', times: [] });
    expect(trials.timed).toEqual([]);
    expect(phases).toEqual(['looking for engines']);
  });

  test('times only engines that can train the model', async () => {
    const { choose, trials } = given({ onnx: 2, 'onnx-cuda': 1, 'tensorflow-node': 0.1 });
    const choice = await choose('auto', LSTM);
    expect(choice.engine).toBe('onnx-cuda');
    expect(trials.timed).toEqual(['onnx-cuda', 'onnx']);
    expect(choice.rejected).toContainEqual({
      engine: 'tensorflow-node',
      reason: 'cannot train a model of type lstm',
    });
  });

  test('excludes an engine that fails on the network', async () => {
    const { choose } = given({ onnx: 2, 'onnx-webgpu': 'out of memory' });
    const choice = await choose('auto');
    expect(choice).toMatchObject({ engine: 'onnx', times: [{ engine: 'onnx', ms_per_step: 2 }] });
    expect(choice.rejected).toContainEqual({ engine: 'onnx-webgpu', reason: 'out of memory' });
  });

  test('falls back to TensorFlow.js if nothing else loads', async () => {
    const choice = await given({ 'tensorflow-wasm': 2, 'tensorflow-js': 1 }).choose('auto');
    expect(choice).toMatchObject({ engine: 'tensorflow-wasm', device: 'cpu', times: [] });
    expect(choice.rejected).toHaveLength(8);
  });

  test('fails with every reason if no engine can train the model, and tries again the next time', async () => {
    const { choose, trials } = given({ 'tensorflow-wasm': 2 });
    const failure = choose('auto', LSTM);
    await expect(failure).rejects.toMatchObject({
      code: 'engine_unavailable',
      message: expect.stringMatching(
        /onnx: no onnx today.*tensorflow-wasm: cannot train a model of type lstm.*Fix this\.$/,
      ),
    });
    trials.there.onnx = 1;
    expect(await choose('auto', LSTM)).toMatchObject({ engine: 'onnx' });
  });

  test('fails if every engine fails on the network', async () => {
    const { choose } = given({ onnx: 'too large', 'onnx-webgpu': 'out of memory' });
    await expect(choose('auto')).rejects.toMatchObject({
      code: 'engine_unavailable',
      message: expect.stringMatching(/onnx-webgpu: out of memory; onnx: too large/),
    });
  });
});

describe('the result of a choice', () => {
  test('is cached: engines for all runs, times for the same network and batch', async () => {
    const { choose, trials } = given({ onnx: 1, 'onnx-cuda': 2 });
    const first = await choose('auto');
    expect(await choose('auto', structuredClone(SMALLEST_NETWORK))).toEqual(first);
    expect(trials.timed).toEqual(['onnx-cuda', 'onnx']);
    await choose('auto', { ...SMALLEST_NETWORK, batchSize: 64 });
    expect(trials.timed).toEqual(['onnx-cuda', 'onnx', 'onnx-cuda', 'onnx']);
    expect(new Set(trials.loaded).size).toBe(trials.loaded.length);
  });

  test('is shared by runs that begin at the same time', async () => {
    const { choose, trials, phases } = given({ onnx: 1, 'onnx-cuda': 2 });
    const [first, second] = await Promise.all([choose('auto'), choose('auto')]);
    expect(second).toEqual(first);
    expect(trials.timed).toEqual(['onnx-cuda', 'onnx']);
    expect(phases).toContain('waiting for engines to be timed');
  });

  test('is discarded after a cancel: a waiting run times the engines itself', async () => {
    const { choose, trials } = given({ onnx: 1, 'onnx-cuda': 2 });
    let open = (): void => undefined;
    trials.gate = new Promise((resolve) => (open = resolve));
    const cancelled = new AbortController();
    const first = choose('auto', SMALLEST_NETWORK, cancelled.signal);
    const waiting = new AbortController();
    const left = choose('auto', SMALLEST_NETWORK, waiting.signal);
    const second = choose('auto');
    await new Promise(setImmediate);
    waiting.abort(new Error('left'));
    await expect(left).rejects.toThrow('left');
    cancelled.abort(new Error('cancelled'));
    open();
    await expect(first).rejects.toThrow('cancelled');
    expect(await second).toMatchObject({ engine: 'onnx' });
    expect(trials.timed).toEqual(['onnx-cuda', 'onnx-cuda', 'onnx']);
  });
});

describe('a setting that names engines', () => {
  test('tensorflow chooses the first available engine of its family', async () => {
    expect(await given({ onnx: 1, 'tensorflow-wasm': 2, 'tensorflow-js': 1 }).choose('tensorflow')).toEqual({
      engine: 'tensorflow-wasm',
      device: 'cpu',
      times: [],
      rejected: missing('tensorflow-gpu', 'tensorflow-node'),
    });
  });

  test('a single engine is chosen without trying the others', async () => {
    const { choose, trials } = given({ onnx: 1, 'tensorflow-js': 5 });
    expect(await choose('tensorflow-js')).toEqual({
      engine: 'tensorflow-js',
      device: 'cpu',
      times: [],
      rejected: [],
    });
    expect(trials.loaded).toEqual(['tensorflow-js']);
  });

  test('auto refuses a software GPU, also after a training that names its engine', async () => {
    const { choose, trials } = given({ onnx: 1, 'onnx-webgpu': 0.1 });
    trials.software = 'onnx-webgpu';
    for (let time = 0; time < 2; time += 1) {
      expect(await choose('onnx-webgpu')).toMatchObject({ engine: 'onnx-webgpu', rejected: [] });
      const choice = await choose('auto');
      expect(choice).toMatchObject({ engine: 'onnx', times: [] });
      expect(choice.rejected).toContainEqual(missing('onnx-webgpu')[0]);
    }
  });

  test('an unavailable engine fails with the reason and what to do', async () => {
    await expect(given({ onnx: 1 }).choose('tensorflow-gpu')).rejects.toMatchObject({
      code: 'engine_unavailable',
      message:
        'The training engine tensorflow-gpu is not available: no tensorflow-gpu today. Fix this, or set TRAINING_ENGINE=auto to use the fastest available engine.',
      details: { rejected: missing('tensorflow-gpu') },
    });
  });

  test('refuses an engine that cannot train the model', async () => {
    await expect(given({ 'tensorflow-js': 1 }).choose('tensorflow-js', LSTM)).rejects.toMatchObject({
      code: 'engine_unsupported',
    });
  });
});
