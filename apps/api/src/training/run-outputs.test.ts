import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { TrainingResult } from '@ktrdr/contracts';
import { MemoryTrialLedger } from '@ktrdr/operation-store';
import { CancellationController, OperationCancelledError, systemClock } from '@ktrdr/orchestrator';
import { parseStrategy } from '@ktrdr/strategy';
import { ModelStorage, type TrainingRunOutcome } from '@ktrdr/trainer';
import { checksumsOf, metadataOf, modelFilesOf } from '@ktrdr/trainer/testing';
import { QUICK } from '@ktrdr/service-kit/testing';
import { type KeptRun, RunOutputs } from './run-outputs.js';
import { TrialJudge } from './trial-judge.js';

const FILES = 200;
const RUN = 'AAPL_pattern_20240101_000000';
const REQUEST = {
  strategy: parseStrategy(QUICK, { file: 'quick.yaml' }).strategy,
  spec: { strategy: QUICK, strategy_file: 'quick.yaml', seed: 1, fingerprints: [] },
};
let directory: string;
let runs: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ktrdr-run-outputs-'));
  await mkdir(join(directory, 'models'));
  runs = join(directory, 'state', 'training_analytics', 'runs');
});
afterEach(() => rm(directory, { recursive: true }));

/** What happens at each step. */
interface Meanwhile {
  cancellation?: CancellationController;
  /** The run has completed. */
  onDone?: () => void;
  /** The ledger of trials has answered. */
  onJudged?: () => void;
  /** The last check before its files are kept. */
  confirmOwner?: () => Promise<void>;
}

/** Keeps a run that wrote analytics, and a small model. */
function keep(
  number: number,
  {
    cancellation = new CancellationController(),
    onDone = () => {},
    onJudged = () => {},
    confirmOwner = async () => {},
  }: Meanwhile = {},
): Promise<KeptRun> {
  class WatchedJudge extends TrialJudge {
    override async judge(...of: Parameters<TrialJudge['judge']>): Promise<TrainingRunOutcome> {
      const judged = await super.judge(...of);
      onJudged();
      return judged;
    }
  }
  const judge = new WatchedJudge(new MemoryTrialLedger(), systemClock);
  const outputs = new RunOutputs(
    new ModelStorage(join(directory, 'models')),
    judge,
    join(directory, 'state'),
  );
  const { token } = cancellation;
  const hooks = { operationId: `op_training_20240101T000000_run${number}`, token, confirmOwner };
  return outputs.keep(REQUEST, hooks, async (outputDir) => {
    await mkdir(join(outputDir, 'analytics'));
    await mkdir(join(outputDir, 'model'));
    for (let file = 0; file < FILES; file += 1)
      await writeFile(join(outputDir, 'analytics', `${file}.json`), '{}');
    const files = modelFilesOf();
    for (const [file, content] of Object.entries(files))
      await writeFile(join(outputDir, 'model', file), content);
    // an earlier format, which recorded fewer fields
    const metadata = {
      ...metadataOf({ format: 1, operation_id: hooks.operationId, checksums: checksumsOf(files) }),
      range: undefined,
      test_part: undefined,
      baseline_accuracy: undefined,
      verdict: undefined,
    };
    await writeFile(join(outputDir, 'model', 'metadata.json'), JSON.stringify(metadata));
    onDone();
    const result = { training_metrics: { analytics: { run_id: RUN } } } as TrainingResult;
    return { result, warnings: [] } satisfies TrainingRunOutcome;
  });
}

test('analytics are stored completely or not at all, and two runs in the same second have two folders', async () => {
  let kept = false;
  const seen = new Set<number>();
  const observer = (async () => {
    while (!kept) {
      for (const run of await readdir(runs).catch(() => []))
        seen.add((await readdir(join(runs, run))).length);
      await setImmediate();
    }
  })();
  const places = [await keep(1), await keep(2)].map(({ analyticsDirectory }) => analyticsDirectory);
  kept = true;
  await observer;
  expect(places).toEqual([join(runs, RUN), join(runs, `${RUN}_2`)]);
  expect([...seen]).toEqual([FILES]);
});

test('kept files have the usual permissions', async () => {
  const { analyticsDirectory, model } = await keep(1);
  const usual = join(directory, 'usual');
  await mkdir(usual);
  const { mode } = await stat(usual);
  for (const kept of [analyticsDirectory!, join(directory, 'models', model!.model)])
    expect((await stat(kept)).mode).toBe(mode);
});

test('after a cancel at the end of the run, no file is kept', async () => {
  const cancellation = new CancellationController();
  const kept = keep(1, { cancellation, onDone: () => cancellation.cancel('enough') });
  await expect(kept).rejects.toThrow(new OperationCancelledError('enough'));
  const files = await readdir(directory, { recursive: true, withFileTypes: true });
  expect(files.filter((entry) => entry.isFile())).toEqual([]);
});

test.each(['lost to another process', 'cancelled'])(
  'an operation that is %s while the ledger of trials waits for its store keeps no file',
  async (what) => {
    const cancellation = new CancellationController();
    let lost = false;
    const kept = keep(1, {
      cancellation,
      onJudged: () => (what === 'cancelled' ? cancellation.cancel(what) : (lost = true)),
      confirmOwner: async () => {
        if (lost) throw new OperationCancelledError(what);
      },
    });
    await expect(kept).rejects.toThrow(new OperationCancelledError(what));
    const files = await readdir(directory, { recursive: true, withFileTypes: true });
    expect(files.filter((entry) => entry.isFile())).toEqual([]);
  },
);

test('a cancel while the files are being kept is too late', async () => {
  const cancellation = new CancellationController();
  const confirmOwner = async () => cancellation.cancel('too late');
  expect((await keep(1, { cancellation, confirmOwner })).model?.model).toBe('pattern/1h_v1');
});

test('a forced cancel ends the reading of the files that a host has sent', async () => {
  const cancellation = new CancellationController();
  const confirmOwner = async () => cancellation.cancel('at once', { force: true });
  await expect(keep(1, { cancellation, confirmOwner })).rejects.toThrow(
    new OperationCancelledError('at once'),
  );
  const files = await readdir(directory, { recursive: true, withFileTypes: true });
  expect(files.filter((entry) => entry.isFile())).toEqual([]);
});

test('incomplete analytics of a killed service are removed', async () => {
  const staging = join(directory, 'state', 'training_analytics', '.staging');
  await mkdir(join(staging, 'op_training_20240101T000000_gone'), { recursive: true });
  await keep(1);
  expect(await readdir(staging)).toEqual([]);
});
