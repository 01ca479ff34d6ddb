import { spawnSync } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { train } from '@ktrdr/trainer';
import type * as OnnxRuntime from 'onnxruntime-node';
import { PYPI_PYTHON, pypiPackage, requires } from '../../../tools/requirements.js';
import {
  strategyText,
  trainingRequest,
  type Workplace,
  workplace,
  writeBars,
  type StrategyOptions,
} from './fixtures/training.js';

/** Nothing of ours: what anyone would load the file with. */
const ort = createRequire(import.meta.url)('onnxruntime-node') as typeof OnnxRuntime;

const CLASSES = ['BUY', 'HOLD', 'SELL'];
const NAMES = ['1h_momentum_low', '1h_momentum_middle', '1h_momentum_high', '1h_atr_5_raw', '1h_rsi_14_raw'];
const MODELS: Record<string, StrategyOptions> = {
  classes: {},
  windows: {
    model: 'type: lstm, architecture: { sequence_length: 6, hidden_size: 4, num_layers: 1 }',
    labels: 'source: forward_return, horizon: 4',
    decisions: 'output_format: regression, cost_model: {}',
  },
};

let place: Workplace;
const folder = (name: string): string => join(place.outputDir, name, 'model');
const contentOf = async (name: string) =>
  JSON.parse(await readFile(join(folder(name), 'features.json'), 'utf8'));

beforeAll(async () => {
  place = await workplace();
  await writeBars(place.dataDir, 'AAA', '1h', 400);
  for (const [name, options] of Object.entries(MODELS)) {
    const outputDir = join(place.outputDir, name);
    await mkdir(outputDir);
    const strategy = strategyText({ epochs: 1, ...options });
    await train(trainingRequest(place, { outputDir, strategy }), {
      signal: new AbortController().signal,
      onProgress: () => {},
      clock: { now: () => Date.UTC(2024, 0, 1) },
    });
  }
});
afterAll(() => place.remove());

describe('features.json says what another program needs', () => {
  test('a classification of single bars', async () => {
    const { input, output, sample, features } = await contentOf('classes');
    expect(features.map(({ name }: { name: string }) => name)).toEqual(NAMES);
    expect(input).toMatchObject({ name: 'features', type: 'float64', shape: ['rows', 5], window: 1 });
    expect(output).toEqual({
      name: 'outputs',
      type: 'float32',
      shape: ['rows', 3],
      meaning: 'logits of the classes',
      softmax: true,
      classes: CLASSES,
    });
    expect(sample).toMatchObject({ symbol: 'AAA', time: expect.stringMatching(/^2024-01-/) });
    const powers = (sample.outputs as number[]).map(Math.exp);
    const sum = powers.reduce((total, power) => total + power, 0);
    (sample.probabilities as number[]).forEach((probability, index) =>
      expect(probability).toBeCloseTo(powers[index]! / sum, 12),
    );
  });

  test('a regression of windows', async () => {
    const { input, output, sample } = await contentOf('windows');
    expect(input).toMatchObject({
      shape: ['rows', 30],
      window: 6,
      order: expect.stringContaining('oldest first'),
    });
    expect(output).toMatchObject({ shape: ['rows', 1], softmax: false, classes: [] });
    expect(sample.probabilities).toBeNull();
    // The last column is an rsi: the values are raw, and the six bars follow each other.
    const rsi = (sample.input as number[]).filter((_, at) => at % 5 === 4);
    expect(rsi).toHaveLength(6);
    expect(Math.max(...rsi)).toBeGreaterThan(2);
  });

  test.each(Object.keys(MODELS))('ONNX Runtime gives the outputs of the sample: %s', async (name) => {
    const { sample } = await contentOf(name);
    const session = await ort.InferenceSession.create(join(folder(name), 'model.onnx'));
    const { outputs } = await session.run({
      features: new ort.Tensor('float64', Float64Array.from(sample.input), [1, sample.input.length]),
    });
    expect([...(outputs!.data as Float32Array)]).toEqual(sample.outputs);
  });
});

const python = requires(pypiPackage('onnxruntime'));

python.describe("the documentation's program in Python", () => {
  const METADATA = `
print(json.dumps(session.get_modelmeta().custom_metadata_map))
`;

  test.each(Object.keys(MODELS))('reproduces the sample and reads the metadata: %s', async (name) => {
    const page = await readFile(resolve(import.meta.dirname, '../../../docs/models-elsewhere.md'), 'utf8');
    const [, program] = /```python\n([\s\S]*?)```/.exec(page)!;
    const { status, stdout, stderr } = spawnSync(PYPI_PYTHON, ['-c', program + METADATA], {
      cwd: folder(name),
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const lines = stdout.trim().split('\n');
    const { input, output, features } = await contentOf(name);
    const metadata = JSON.parse(lines.at(-1)!) as Record<string, string>;
    expect(JSON.parse(metadata['input']!)).toEqual(input);
    expect(JSON.parse(metadata['output']!)).toEqual(output);
    expect(JSON.parse(metadata['features']!)).toEqual(
      features.map((feature: { name: string }) => feature.name),
    );
    if (name === 'classes') for (const label of CLASSES) expect(lines[0]).toContain(`'${label}'`);
  });
});
