/** Lanes in real threads that fail at their start or while they train. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RunIdentity } from '../checkpoints/checkpoint.js';
import { CheckpointFiles } from '../checkpoints/checkpoint-files.js';
import { networkOf } from '../checkpoints/checkpoint-header.js';
import { PeriodicCheckpoints } from '../checkpoints/periodic-checkpoints.js';
import { createEngine } from '../engines/create-engine.js';
import type { Engine } from '../engines/engine.js';
import { optimiserOf } from '../loop/loop.js';
import { OwnLane } from '../members/lane.js';
import { SharedArrays } from '../members/share.js';
import { ThreadLane, type ThreadLaneOptions } from '../members/thread-lane.js';
import { modelOf } from '../network/model-of.js';
import { barsOf, type Market, prepare, strategyOf } from '../testing/random-market.js';
import { seedsFrom, type TrainedSeed, trainSeeds } from './train-seeds.js';

const PROGRAM = pathToFileURL(join(import.meta.dirname, '../../dist/programs/lane-thread.js')).href;
const MARKET: Market = {
  labels: '{ source: context, horizon: 9 }',
  symbols: 1,
  timeframes: ['1h'],
  bars: 300,
  seed: 3,
  embargo: 0,
};
const SEEDS = seedsFrom(1, 4);
const IDENTITY: RunIdentity = {
  strategy: 'a',
  settings: 'b',
  bars: 'c',
  model: 'd',
  engine: 'wasm',
  seed: 1,
  code: 'e',
};
const HEAP = { maxOldGenerationSizeMb: 64 };
const ALLOCATE = 'const kept = []; for (;;) kept.push(new Array(100_000).fill(kept.length + 0.5));';
const clock = { now: () => performance.now() };

let directory: string;
let engine: Engine;
let task: Parameters<typeof trainSeeds<'test'>>[0]['task'];
let expected: unknown;
let files = 0;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ktrdr-threads-'));
  engine = await createEngine('wasm');
  const strategy = strategyOf(MARKET);
  const { parts } = (await prepare(strategy, barsOf(strategy, MARKET.bars, MARKET.seed)))!;
  const arrays = new SharedArrays();
  const { windowEnds } = arrays.part(parts.test);
  task = {
    model: modelOf(strategy, 3),
    settings: { ...strategy.training, epochs: 5 },
    train: arrays.part(parts.train),
    validation: arrays.part(parts.validation),
    gradientNorms: false,
    predict: { test: windowEnds },
  };
  expected = outcome(await trainIn(null, filesOf()));
});
afterAll(async () => {
  engine.dispose();
  // also releases the threads that are silent
  await rm(directory, { recursive: true, force: true });
});

const filesOf = (): CheckpointFiles => new CheckpointFiles(join(directory, String((files += 1))));

function outcome({ seed, loop, result }: TrainedSeed): unknown {
  return { seed, result, history: loop.history, weights: [...loop.parameters] };
}

/** Trains the seeds in this thread, and in `thread` if it can start. */
async function trainIn(
  thread: ThreadLane | null,
  into: CheckpointFiles,
  resume = false,
): Promise<TrainedSeed> {
  const own = new OwnLane({ engine, clock });
  thread?.start();
  await thread?.ready;
  const network = networkOf(task.model, optimiserOf(task.settings), task.settings.epochs, { seeds: 4 });
  const checkpoints = new PeriodicCheckpoints({
    files: into,
    identity: IDENTITY,
    engine: { engine: 'wasm', device: 'cpu', rejected: [], times: [] },
    everyMs: 3_600_000,
    bytes: 0,
    from: resume ? (await into.read(IDENTITY, network)).checkpoint : null,
    clock,
    onWritten: () => undefined,
    onProblem: (problem) => {
      throw new Error(problem);
    },
  });
  try {
    return await trainSeeds({
      seeds: SEEDS,
      task,
      lanes: thread === null ? [own] : [own, thread],
      checkpoints,
      progress: { began: () => undefined, saw: () => undefined, finished: () => undefined },
      clock,
      signal: new AbortController().signal,
      score: ({ outputs }) => ({ accuracy: 0.5, loss: outputs.test[0]!, netReturn: null }),
    });
  } finally {
    await thread?.end();
  }
}

/** A lane whose thread runs `atStart` before it loads its program, and `inTraining` when it has been given a member. */
async function failing(
  { atStart = '', inTraining = '' },
  options: Partial<ThreadLaneOptions> = {},
): Promise<{ thread: ThreadLane; warnings: string[] }> {
  const program = join(directory, `thread-${(files += 1)}.mjs`);
  await writeFile(
    program,
    `import { existsSync } from 'node:fs';
    import { parentPort } from 'node:worker_threads';
    const beSilent = () => {
      const nothing = new Int32Array(new SharedArrayBuffer(4));
      while (existsSync(${JSON.stringify(directory)})) Atomics.wait(nothing, 0, 0, 50);
    };
    ${atStart}
    await import(${JSON.stringify(PROGRAM)});
    parentPort.on('message', ({ type }) => {
      // at once: a short training can end before a timer fires
      if (type === 'train') { ${inTraining} }
    });`,
  );
  const warnings: string[] = [];
  const onNoStart = (warning: string): void => void warnings.push(warning);
  return { thread: new ThreadLane('wasm', { onNoStart, program, ...options }), warnings };
}

describe('a thread that fails while it trains', () => {
  test.each<[string, string, Partial<ThreadLaneOptions>, string, RegExp]>([
    ['throws', 'throw new Error("planted")', {}, 'trainer_crashed', /crashed: planted\. Resume the training/],
    ['exits', 'process.exit(3)', {}, 'trainer_crashed', /crashed: it ended with exit code 3\. Resume/],
    ['runs out of memory', ALLOCATE, { resourceLimits: HEAP }, 'trainer_out_of_memory', /ran out of memory/],
    // long enough for a busy machine to start the thread
    ['is silent', 'beSilent()', { silentAfterMs: 8_000 }, 'trainer_silent', /did not respond for 8 s\. Re/],
  ])(
    'and %s fails the training, which resumes with the same bytes',
    async (_, fault, options, code, message) => {
      const { thread, warnings } = await failing({ inTraining: fault }, options);
      const into = filesOf();
      const error = await trainIn(thread, into).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        code,
        message: expect.stringMatching(message),
        details: { seed: 2 },
        cause: { code, cause: { message: expect.any(String) } },
      });
      expect((error as Error).message).toMatch(/^Seed 2 \(2 of 4\): A training thread .*TRAINING_THREADS=1/);
      expect(warnings).toEqual([]);
      // the seeds of this thread are in the checkpoint
      expect(outcome(await trainIn(null, into, true))).toEqual(expected);
    },
  );
});

describe('a thread that cannot start', () => {
  test.each<[string, string, Partial<ThreadLaneOptions>, RegExp]>([
    ['has no program', '', { program: '/nonexistent/lane-thread.js' }, /Cannot find module/],
    ['is refused by Node', '', { program: 'not/absolute.js' }, /must be an absolute path/],
    ['throws', 'throw new Error("planted");', {}, /planted/],
    ['exits', 'process.exit(3);', {}, /it ended with exit code 3/],
    ['runs out of memory', ALLOCATE, { resourceLimits: HEAP }, /memory limit/],
    ['is silent', 'beSilent();', { silentAfterMs: 300 }, /no message for 0\.3 s/],
  ])(
    'because it %s leaves its seeds to the other lane, with a warning',
    async (_, fault, options, reason) => {
      const { thread, warnings } = await failing({ atStart: fault }, options);
      expect(outcome(await trainIn(thread, filesOf()))).toEqual(expected);
      expect(warnings).toEqual([expect.stringMatching(reason)]);
      expect(warnings[0]).toMatch(/^A training thread could not start \(.*fewer threads/);
    },
  );
});

test('a healthy thread trains some of the seeds, with the same bytes', async () => {
  const { thread, warnings } = await failing({});
  expect(outcome(await trainIn(thread, filesOf()))).toEqual(expected);
  expect(warnings).toEqual([]);
});
