import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { BarsFingerprint } from '@ktrdr/contracts';
import { withOutsideFile } from '@ktrdr/files';
import { inspectCheckpoint } from '../checkpoints/checkpoint.js';
import { CheckpointFiles } from '../checkpoints/checkpoint-files.js';
import { networkOf } from '../checkpoints/checkpoint-header.js';
import { emptySums, type LoopState } from '../loop/loop-state.js';
import type { ModelSpec } from '../network/model-spec.js';
import type { OptimiserSpec } from '../network/optimiser.js';
import { openCheckpoints } from './run-checkpoints.js';
import type { TrainingRunRequest } from './training-run.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ktrdr-run-checkpoints-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const STATE: LoopState = {
  epoch: 2,
  batch: 3,
  sums: emptySums(),
  masks: [1, 2, 3, 4],
  learningRate: { epochs: 1, rate: 0.1, bestLoss: null, badEpochs: 0 },
  finalLearningRate: 0.1,
  history: { trainLoss: [0.7], trainAccuracy: [0.5], valLoss: [0.8], valAccuracy: [0.4] },
  stopping: null,
  elapsed: 12,
  callbacks: [],
  engine: {
    parameters: new Float32Array(12).fill(1),
    moments: [new Float32Array(12), new Float32Array(12)],
    step: 9,
  },
};
const OPTIMISER: OptimiserSpec = { type: 'adam', weightDecay: 0, gradientClip: null };
const SPEC: ModelSpec = { type: 'mlp', inputs: 3, layers: [], outputs: 3 };
const BARS: BarsFingerprint = { symbol: 'AAA', timeframe: '1h', sha256: 'a'.repeat(64) };

interface Run {
  request: TrainingRunRequest;
  spec: ModelSpec;
  fingerprints: BarsFingerprint[];
}

function run(changes: Partial<TrainingRunRequest> = {}, others: Partial<Omit<Run, 'request'>> = {}): Run {
  const request: TrainingRunRequest = {
    operationId: 'op_training_20260105T100000_abcd',
    strategy: 'name: any',
    strategy_file: 'any.yaml',
    seed: 7,
    dry_run: false,
    detailed_analytics: false,
    fingerprints: [],
    engine: { engine: 'onnx', device: 'cpu', rejected: [], times: [] },
    dataDir: directory,
    featureCacheMb: 0,
    outputDir: directory,
    mode: 'local',
    checkpointDir: join(directory, 'checkpoints'),
    checkpointEveryMs: 2_000,
    resume: false,
    ...changes,
  };
  return { request, spec: SPEC, fingerprints: [BARS], ...others };
}

const open = ({ request, spec, fingerprints }: Run) =>
  openCheckpoints(
    request,
    { signal: new AbortController().signal, onProgress: () => {}, clock: { now: () => 0 } },
    { spec, optimiser: OPTIMISER, epochs: 10, fingerprints, lanes: 1 },
    () => {},
  );

describe('a checkpoint of a run', () => {
  beforeEach(async () => {
    const checkpoints = await open(run());
    await checkpoints.trained(0, STATE);
    await checkpoints.keep();
  });

  test('is accepted by the same run, also with other folders', async () => {
    const checkpoints = await open(
      run({ resume: true, outputDir: '/elsewhere', dataDir: '/else', mode: 'host' }),
    );
    expect(checkpoints.stateOf(0)).toEqual(STATE);
  });

  test.each<[string, Partial<TrainingRunRequest>, Partial<Omit<Run, 'request'>>]>([
    ["the strategy's text", { strategy: 'name: another' }, {}],
    ["the request's settings", { symbols: ['BBB'] }, {}],
    ["the request's settings", { start_date: '2024-01-01' }, {}],
    ["the request's settings", { end_date: '2024-01-01' }, {}],
    ["the request's settings", { timeframes: ['1d'] }, {}],
    ["the request's settings", { validation_split: 0.3 }, {}],
    ["the request's settings", { detailed_analytics: true }, {}],
    ["the request's settings", { seeds: 3 }, {}],
    ['the seed', { seed: 8 }, {}],
    ['the bars', {}, { fingerprints: [{ ...BARS, sha256: 'b'.repeat(64) }] }],
    ['the network', {}, { spec: { ...SPEC, outputs: 4 } }],
  ])('is refused where %s differ: %j %j', async (words, changes, others) => {
    await expect(open(run({ resume: true, ...changes }, others))).rejects.toMatchObject({
      code: 'checkpoint_refused',
      message: expect.stringMatching(new RegExp(`it belongs to another run: ${words} differs?`)),
    });
  });

  test('is refused if the code of ktrdr differs', async () => {
    const files = new CheckpointFiles(run().request.checkpointDir);
    const { path } = (await files.newest())!;
    const { identity } = await withOutsideFile(dirname(path), basename(path), { maxBytes: 1e6 }, (file) =>
      inspectCheckpoint(file, null),
    );
    const { checkpoint } = await files.read(identity, networkOf(SPEC, OPTIMISER, 10));
    expect(checkpoint.identity.code).toMatch(/^[0-9a-f]{64}$/);
    const older = { ...checkpoint, identity: { ...checkpoint.identity, code: 'f'.repeat(64) } };
    await rm(run().request.checkpointDir, { recursive: true });
    await new CheckpointFiles(run().request.checkpointDir).write(older);
    await expect(open(run({ resume: true }))).rejects.toMatchObject({
      code: 'checkpoint_refused',
      message: expect.stringContaining('the code of ktrdr or of its engine differs'),
    });
  });
});
