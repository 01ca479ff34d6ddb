import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { EpochMetrics, KtrdrError, TrainingProgressUpdate, TrainingResult } from '@ktrdr/contracts';
import { runTrainerProcess, train, type TrainingRunRequest } from '@ktrdr/trainer';
import {
  engineChoice,
  strategyText,
  trainingRequest,
  type Workplace,
  workplace,
  writeBars,
} from './fixtures/training.js';

/** Long enough that the other threads of a child process start before its first seeds are done. */
const EPOCHS = { onnx: 80, wasm: 400 };
const SEEDS = 5;

/** The first lane pauses after each epoch of its first seed until the others train too: a fast one would be done before they start. */
const PAUSE_MS = 250;
const NEVER_NOTIFIED = new Int32Array(new SharedArrayBuffer(4));

let place: Workplace;
let runs = 0;

beforeAll(async () => {
  place = await workplace();
  await writeBars(place.dataDir, 'AAA', '1h', 800);
});
afterAll(() => place.remove());

interface Ended {
  result: TrainingResult | null;
  error: KtrdrError | null;
  updates: TrainingProgressUpdate[];
  epochs: EpochMetrics[];
  checkpointDir: string;
  outputDir: string;
}

/** One attempt in this process. @param stopWhen cancels it as soon as it reports such an update */
async function attempt(
  changes: Partial<TrainingRunRequest>,
  stopWhen: (update: TrainingProgressUpdate) => boolean = () => false,
): Promise<Ended> {
  const request = await requestOf(changes);
  const { checkpointDir, outputDir, lanes = 1 } = request;
  const ended: Ended = { result: null, error: null, updates: [], epochs: [], checkpointDir, outputDir };
  const controller = new AbortController();
  try {
    const { result } = await train(request, {
      signal: controller.signal,
      clock: { now: () => Date.now() },
      onProgress(update, epoch) {
        ended.updates.push(update);
        if (epoch !== null) ended.epochs.push(epoch);
        if (stopWhen(update)) controller.abort();
        const isInFirstSeed = epoch !== null && epoch.seed === ended.epochs[0]!.seed;
        if (isInFirstSeed && mostRunning(ended) < lanes) Atomics.wait(NEVER_NOTIFIED, 0, 0, PAUSE_MS);
      },
    });
    ended.result = result;
  } catch (error) {
    ended.error = error as KtrdrError;
  }
  return ended;
}

async function requestOf(changes: Partial<TrainingRunRequest>): Promise<TrainingRunRequest> {
  runs += 1;
  const outputDir = join(place.outputDir, `lanes${runs}`);
  await mkdir(outputDir);
  return trainingRequest(place, { seeds: SEEDS, ...changes, outputDir });
}

/** SHA-256 of each file of the model, without times, memory and the id of the operation. */
async function modelOf({ outputDir }: Pick<Ended, 'outputDir'>): Promise<Record<string, string>> {
  const folder = join(outputDir, 'model');
  const files: Record<string, string> = {};
  for (const name of await readdir(folder)) {
    const bytes = await readFile(join(folder, name));
    const comparable = name.endsWith('.json') ? withoutTimes(JSON.parse(bytes.toString())) : bytes;
    files[name] = createHash('sha256').update(comparable).digest('hex');
  }
  return files;
}

const VARYING = ['training_time', 'created_at', 'operation_id', 'metrics.json'];

/** @param content of `metadata.json` (with the checksum of `metrics.json`) or of another file */
function withoutTimes(content: object): string {
  return JSON.stringify(content, (key, value: unknown) => (VARYING.includes(key) ? null : value));
}

const mostRunning = ({ updates }: Ended): number =>
  Math.max(...updates.map(({ running_seeds }) => running_seeds ?? 0));

describe.each(['onnx', 'wasm'] as const)('five seeds on %s', (engine) => {
  let alone: Ended;
  let model: Record<string, string>;
  const strategy = strategyText({ epochs: EPOCHS[engine] });
  const changes = { engine: engineChoice(engine), strategy, walk_forward: 3 };
  beforeAll(async () => {
    alone = await attempt({ ...changes, lanes: 1 });
    model = await modelOf(alone);
  });

  test.each([2, 3])('give the same files in %i lanes as in one', async (lanes) => {
    expect(mostRunning(alone)).toBe(1);
    expect(Object.keys(model)).toHaveLength(5);
    const beside = await attempt({ ...changes, lanes });
    expect(beside.error).toBeNull();
    expect(mostRunning(beside)).toBe(lanes);
    expect(await modelOf(beside)).toEqual(model);
    const { seeds, walk_forward, verdict, backtest } = alone.result!;
    expect(beside.result).toMatchObject({ seeds, walk_forward, verdict, backtest });
    expectSteadyProgress(beside);
  });

  test('that were cancelled in three lanes and then in two continue in one with the same bytes', async () => {
    const cancelled = await attempt({ ...changes, lanes: 3 }, ({ running_seeds }) => running_seeds === 3);
    expect(cancelled.error).toMatchObject({ name: 'TrainingCancelledError' });
    const { checkpointDir } = cancelled;
    const resume = { ...changes, resume: true, checkpointDir };
    const again = await attempt({ ...resume, lanes: 2 }, ({ running_seeds }) => running_seeds === 2);
    expect(again.error).toMatchObject({ name: 'TrainingCancelledError' });
    const resumed = await attempt({ ...resume, lanes: 1 });
    expect(resumed.error).toBeNull();
    expect(await modelOf(resumed)).toEqual(model);
    expect(resumed.result!.verdict).toEqual(alone.result!.verdict);
    // each epoch was trained and reported exactly once
    const epochs = [cancelled, again, resumed].flatMap((one) => one.epochs.map(placeOf));
    expect(epochs.toSorted()).toEqual(alone.epochs.map(placeOf).toSorted());
  });

  test('whose process was killed in two lanes continue in one with the same bytes', async () => {
    const request = await requestOf({ ...changes, lanes: 2, checkpointEveryMs: 1 });
    await end('kill', request, ({ running_seeds }, hasCheckpoint) => hasCheckpoint && running_seeds === 2);
    const { checkpointDir } = request;
    const next = await requestOf({ ...changes, lanes: 1, resume: true, checkpointDir });
    await runTrainerProcess(next, {
      signal: new AbortController().signal,
      graceMs: 20_000,
      onProgress: () => undefined,
    });
    expect(await modelOf(next)).toEqual(model);
  });

  test('that are cancelled and then killed during their folds in two lanes continue in one lane with the same bytes', async () => {
    const inFolds =
      (least: number) =>
      ({ phase, phase_fraction: done }: TrainingProgressUpdate): boolean =>
        phase === 'walk-forward' && done! > least;
    const first = await requestOf({ ...changes, lanes: 2, checkpointEveryMs: 50 });
    await end('cancel', first, inFolds(0.4));
    const resume = { resume: true, checkpointDir: first.checkpointDir };
    await end('kill', await requestOf({ ...first, ...resume }), inFolds(0.7));
    const next = await requestOf({ ...first, ...resume, lanes: 1 });
    const phases: [phase: string, done: number][] = [];
    const epochs: EpochMetrics[] = [];
    const { result } = await runTrainerProcess(next, {
      signal: new AbortController().signal,
      graceMs: 20_000,
      onProgress({ phase, phase_fraction }, ended) {
        phases.push([phase, phase_fraction!]);
        if (ended !== null) epochs.push(ended);
      },
    });
    expect(await modelOf(next)).toEqual(model);
    const { seeds, walk_forward, verdict, backtest } = alone.result!;
    expect(result).toMatchObject({ seeds, walk_forward, verdict, backtest });
    // no seed was trained again, and the folds continued from the checkpoint
    expect(epochs).toEqual([]);
    expect(phases.find(([phase]) => phase === 'walk-forward')![1]).toBeGreaterThan(0.35);
  });
});

/** Runs an attempt in a process, and cancels or kills it at the first update that fits. */
async function end(
  how: 'cancel' | 'kill',
  request: TrainingRunRequest,
  fits: (update: TrainingProgressUpdate, hasCheckpoint: boolean) => boolean,
): Promise<void> {
  const [cancel, kill] = [new AbortController(), new AbortController()];
  let hasCheckpoint = false;
  const outcome = runTrainerProcess(request, {
    signal: cancel.signal,
    forceSignal: kill.signal,
    graceMs: 20_000,
    onProgress(update) {
      if (fits(update, hasCheckpoint)) (how === 'kill' ? kill : cancel).abort();
    },
    onCheckpoint: () => (hasCheckpoint = true),
  });
  await expect(outcome).rejects.toMatchObject({ name: 'TrainingCancelledError' });
}

const placeOf = ({ seed, epoch }: EpochMetrics): string => `${seed} ${epoch}`;

/** It never decreases, and shows one seed until that is finished. */
function expectSteadyProgress({ updates }: Ended): void {
  const training = updates.filter(({ phase }) => phase === 'training');
  for (const value of ['phase_fraction', 'finished_seeds', 'current_seed', 'items_processed'] as const) {
    // sums of fractions differ in their last bits
    const values = training.map((update) => Number((update[value] ?? 0).toFixed(9)));
    expect(values).toEqual(values.toSorted((a, b) => a - b));
  }
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const shown = training.filter((update) => update.current_seed === seed);
    const epochs = shown.map((update) => update.current_epoch!);
    expect(epochs).toEqual(epochs.toSorted((a, b) => a - b));
  }
  expect(training.at(-1)).toMatchObject({ phase_fraction: 1, total_seeds: SEEDS });
}
