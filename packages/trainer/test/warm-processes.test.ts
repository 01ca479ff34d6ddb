import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { TrainingProgressUpdate } from '@ktrdr/contracts';
import {
  runTrainerProcess,
  TrainingCancelledError,
  WarmProcesses,
  type WarmProcessesSettings,
} from '@ktrdr/trainer';
import { procFilesystem, requires } from '../../../tools/requirements.js';
import { childProcesses, isAlive } from './fixtures/processes.js';
import { strategyText, trainingRequest, type Workplace, workplace, writeBars } from './fixtures/training.js';

let place: Workplace;
const opened: WarmProcesses[] = [];
const lines: { text: string; at: number }[] = [];

beforeAll(async () => {
  place = await workplace();
  await writeBars(place.dataDir, 'AAA', '1h', 600);
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((warm) => warm.close()));
  lines.length = 0;
  expect(childProcesses()).toEqual([]);
});
afterAll(() => place.remove());

function openWarm(settings: Partial<WarmProcessesSettings> = {}): WarmProcesses {
  const warm = new WarmProcesses({
    most: 1,
    mostHeapMb: 1_024,
    hasRoom: () => true,
    log: (text) => lines.push({ text, at: performance.now() }),
    quietMs: 10,
    lookEveryMs: 20,
    freeMemory: () => Infinity,
    ...settings,
  });
  opened.push(warm);
  warm.open();
  return warm;
}

const fixture = (name: string): string => fileURLToPath(new URL(`./fixtures/${name}.mjs`, import.meta.url));

const pidsOf = (title: string): number[] =>
  childProcesses()
    .filter(({ command }) => command.startsWith(title))
    .map(({ pid }) => pid);
const warmPids = (): number[] => pidsOf('ktrdr warm');
const training = (): number[] => pidsOf('ktrdr trainer op_');

async function until<T>(ask: () => T, fits: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = ask();
    if (fits(value)) return value;
    await sleep(5);
  }
}
const untilWarm = (count = 1): Promise<number[]> => until(warmPids, ({ length }) => length === count);

interface Run {
  files: Record<string, string>;
  /** Processes that trained. */
  pids: number[];
}

/** @param before called in the same turn as the start */
async function train(
  output: string,
  warm: WarmProcesses | null,
  before: () => void = () => undefined,
): Promise<Run> {
  const outputDir = join(place.outputDir, output);
  await mkdir(outputDir);
  before();
  const pids = new Set<number>();
  await runTrainerProcess(
    trainingRequest(place, { outputDir, strategy: strategyText({ epochs: 3 }) }),
    {
      signal: new AbortController().signal,
      graceMs: 5_000,
      onProgress: () => {
        for (const pid of training()) pids.add(pid);
      },
    },
    warm,
  );
  const folder = join(outputDir, 'model');
  const names = (await readdir(folder)).filter((name) => !name.endsWith('.json'));
  const entries = names.map(async (name): Promise<[string, string]> => {
    const bytes = await readFile(join(folder, name));
    return [name, createHash('sha256').update(bytes).digest('hex')];
  });
  return { files: Object.fromEntries(await Promise.all(entries)), pids: [...pids] };
}

// titles of processes are read from /proc
const { describe: onLinux } = requires(procFilesystem());

onLinux('a warm process', () => {
  test('trains once, with the bytes of a cold one, and ends; the next training has another process', async () => {
    const cold = await train('cold', null);
    const warm = openWarm();
    const [first] = await untilWarm();
    const one = await train('warm 1', warm);
    expect(one.pids).toEqual([first]);
    expect(isAlive(first!)).toBe(false);
    const [second] = await untilWarm();
    expect(second).not.toBe(first);
    const two = await train('warm 2', warm);
    expect(two.pids).toEqual([second]);
    expect(Object.keys(cold.files)).toContain('model.onnx');
    expect(one.files).toEqual(cold.files);
    expect(two.files).toEqual(cold.files);
  });

  test('serves one of two trainings that begin together; the other gets a new process', async () => {
    const warm = openWarm();
    const [waiting] = await untilWarm();
    const runs = await Promise.all([train('together 1', warm), train('together 2', warm)]);
    const pids = new Set(runs.flatMap((run) => run.pids));
    expect(pids.size).toBe(2);
    expect(pids).toContain(waiting);
  });

  test('is killed by a cancel before the first batch', async () => {
    const warm = openWarm();
    const [waiting] = await untilWarm();
    const controller = new AbortController();
    const outputDir = join(place.outputDir, 'cancelled');
    await mkdir(outputDir);
    const updates: TrainingProgressUpdate[] = [];
    const run = runTrainerProcess(
      trainingRequest(place, { outputDir, strategy: strategyText({ epochs: 50_000 }) }),
      {
        signal: controller.signal,
        graceMs: 60_000,
        onProgress: (update) => {
          updates.push(update);
          controller.abort();
        },
      },
      warm,
    );
    await expect(run).rejects.toBeInstanceOf(TrainingCancelledError);
    expect(updates[0]?.current_batch).toBeNull();
    expect(isAlive(waiting!)).toBe(false);
  });

  test('that dies just before a training takes it does not fail that training', async () => {
    const warm = openWarm();
    const [waiting] = await untilWarm();
    // taken before this process has heard of the end
    const { pids } = await train('unlucky', warm, () => process.kill(waiting!, 'SIGKILL'));
    expect(pids).toHaveLength(1);
    expect(pids).not.toContain(waiting);
  });

  test('that crashes is replaced, each time after twice the pause, and the log says so', async () => {
    openWarm({ entry: fixture('crashing-child') });
    await until(
      () => lines,
      ({ length }) => length === 6,
    );
    // 10 ms x 2^5
    expect(lines[5]!.at - lines[4]!.at).toBeGreaterThan(310);
    expect(lines[0]!.text).toContain('A warm training process ended before it had a request');
  });

  test('ends when memory is scarce, and comes back after that', async () => {
    const machine = { freeBytes: Infinity, hasRoom: true };
    const { freeBytes, hasRoom } = machine;
    openWarm({
      most: 2,
      entry: fixture('waiting-child'),
      freeMemory: () => machine.freeBytes,
      hasRoom: () => machine.hasRoom,
    });
    // of the machine, and within the limits of the service
    for (const scarce of [{ freeBytes: 0 }, { hasRoom: false }]) {
      await untilWarm(2);
      Object.assign(machine, scarce);
      await until(childProcesses, ({ length }) => length === 0);
      await sleep(100);
      expect(childProcesses()).toEqual([]);
      Object.assign(machine, { freeBytes, hasRoom });
    }
    await untilWarm(2);
    expect(lines).toEqual([]);
  });

  test('ends immediately when its service closes, also while it loads', async () => {
    const warm = openWarm();
    await until(childProcesses, ({ length }) => length === 1);
    await warm.close();
    expect(childProcesses()).toEqual([]);
    expect(warm.take()).toBeNull();
    await sleep(50);
    expect(childProcesses()).toEqual([]);
  });

  test('does not start if its service closes before it opens', async () => {
    const warm = openWarm({ entry: fixture('waiting-child') });
    await warm.close();
    warm.open();
    await sleep(50);
    expect(childProcesses()).toEqual([]);
  });

  test('does not survive a service that is killed', async () => {
    const program = fixture('warm-parent');
    const parent = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [said] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(said.toString());
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await until(
      () => isAlive(pid),
      (alive) => !alive,
    );
  });
});

test('with 0 processes, none starts', async () => {
  const warm = openWarm({ most: 0 });
  await sleep(50);
  expect(childProcesses()).toEqual([]);
  expect(warm.take()).toBeNull();
});
