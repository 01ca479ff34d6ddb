import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from '@jest/globals';
import { TrainingCancelledError, type TrainingRunOutcome, type TrainingRunRequest } from '@ktrdr/trainer';
import { runChild, type TrainerProcessOptions } from '../dist/process/run-child.js';
import { childProcesses, isAlive } from './fixtures/processes.js';

const fixture = (name: string): string => fileURLToPath(new URL(`./fixtures/${name}.mjs`, import.meta.url));

afterEach(() => {
  expect(childProcesses()).toEqual([]);
});

interface Run {
  outcome: Promise<TrainingRunOutcome>;
  controller: AbortController;
  force: AbortController;
  /** Resolves with the first progress. */
  started: Promise<void>;
  output: string[];
  /** ms from `from` until the outcome is there. */
  took: (from: number) => Promise<number>;
}

function run(
  behaviour: string,
  options: Partial<TrainerProcessOptions> = {},
  entry = 'misbehaving-child',
): Run {
  const [controller, force] = [new AbortController(), new AbortController()];
  const output: string[] = [];
  let begin = (): void => undefined;
  const started = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const request = { strategy: behaviour } as TrainingRunRequest;
  const outcome = runChild(fixture(entry), request, {
    signal: controller.signal,
    forceSignal: force.signal,
    graceMs: 200,
    onProgress: () => begin(),
    onOutput: (line) => output.push(line),
    ...options,
  });
  outcome.catch(() => undefined);
  const took = async (from: number): Promise<number> => {
    await outcome.catch(() => undefined);
    return performance.now() - from;
  };
  return { outcome, controller, force, started, output, took };
}

describe('cancelling', () => {
  test('a child that ignores every message and signal is killed after the grace time', async () => {
    const { outcome, controller, started, took } = run('stubborn');
    await started;
    const from = performance.now();
    controller.abort();
    const duration = took(from);
    await expect(outcome).rejects.toBeInstanceOf(TrainingCancelledError);
    expect(await duration).toBeGreaterThan(200 + 1000 - 50);
    expect(await duration).toBeLessThan(3000);
  });

  test('a child that ignores messages is terminated after the grace time', async () => {
    const { outcome, controller, started, took } = run('deaf');
    await started;
    const from = performance.now();
    controller.abort();
    const duration = took(from);
    await expect(outcome).rejects.toBeInstanceOf(TrainingCancelledError);
    expect(await duration).toBeGreaterThan(150);
    expect(await duration).toBeLessThan(1000);
  });

  test('force skips the grace time', async () => {
    const { outcome, controller, force, started, took } = run('stubborn', { graceMs: 60_000 });
    await started;
    controller.abort();
    const from = performance.now();
    force.abort();
    await expect(outcome).rejects.toBeInstanceOf(TrainingCancelledError);
    expect(await took(from)).toBeLessThan(1000);
  });

  test('a child with a blocked event loop is killed too', async () => {
    const { outcome, controller, started } = run('stuck');
    await started;
    controller.abort();
    await expect(outcome).rejects.toBeInstanceOf(TrainingCancelledError);
  });

  test('a child that is still starting is killed immediately', async () => {
    const { outcome, controller, took } = run('', { graceMs: 60_000 }, 'never-ready-child');
    const from = performance.now();
    controller.abort();
    await expect(outcome).rejects.toBeInstanceOf(TrainingCancelledError);
    expect(await took(from)).toBeLessThan(1000);
  });

  test('a child that has not trained a batch is killed immediately', async () => {
    // the grace time is longer than the test may take
    const { outcome, controller, started } = run('preparing', { graceMs: 60_000 });
    await started;
    controller.abort();
    await expect(outcome).rejects.toBeInstanceOf(TrainingCancelledError);
  });

  test('a run that completes before it gets the cancel counts', async () => {
    const { outcome, controller, started } = run('finishes', { graceMs: 60_000 });
    await started;
    controller.abort();
    await expect(outcome).resolves.toMatchObject({ result: { training_metrics: { epochs_trained: 1 } } });
  });

  test('a run that fails after it gets the cancel has failed', async () => {
    const { outcome, controller, started } = run('breaks', { graceMs: 60_000 });
    await started;
    controller.abort();
    await expect(outcome).rejects.toMatchObject({ code: 'disk_full' });
  });

  test('a cancel after the end does nothing', async () => {
    const { outcome, controller, force } = run('completes');
    await outcome;
    controller.abort();
    force.abort();
    await expect(outcome).resolves.toMatchObject({ result: { training_metrics: { epochs_trained: 1 } } });
  });

  test('does not start a process if the signal is already aborted', async () => {
    const options = { signal: AbortSignal.abort() };
    await expect(run('exits', options).outcome).rejects.toBeInstanceOf(TrainingCancelledError);
  });
});

describe('a child that fails', () => {
  test.each([
    ['throws', 'trainer_crashed', /exit code 1\): TypeError: weights are not a tensor/],
    ['exits', 'trainer_crashed', /exit code 3\)/],
    ['aborts', 'trainer_crashed', /signal SIGABRT\)/],
    ['killed', 'trainer_out_of_memory', /killed by the system \(SIGKILL\)/],
    ['outOfHeap', 'trainer_out_of_memory', /ran out of memory \(.*heap out of memory/],
    ['fails', 'bars_not_found', /^There are no bars\.$/],
  ])('%s: %s', async (behaviour, code, message) => {
    await expect(run(behaviour).outcome).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  test('shows no stack trace; the log has it', async () => {
    const { outcome, output } = run('throws');
    const error = await outcome.catch((reason: unknown) => reason);
    expect(JSON.stringify(error)).not.toMatch(/\bat .*\.mjs/);
    expect(output.join('\n')).toMatch(/\bat .*\.mjs/);
  });

  test.each(['stuck', 'silent'])('is killed if it sends no message for too long: %s', async (behaviour) => {
    await expect(run(behaviour, { silentAfterMs: 300 }).outcome).rejects.toMatchObject({
      code: 'trainer_silent',
      details: { silent_after_ms: 300 },
    });
  });

  test('is ended when it uses more memory than it may, with the numbers', async () => {
    await expect(run('stubborn', { mostMemoryMb: 20 }).outcome).rejects.toMatchObject({
      code: 'trainer_out_of_memory',
      message: expect.stringMatching(/used \d+ MB of memory, more than its limit of 20 MB/),
      details: { used_mb: expect.any(Number), max_mb: 20 },
    });
  });

  test('a missing entry file is reported as a crash', async () => {
    await expect(run('', {}, 'no-such-child').outcome).rejects.toMatchObject({
      code: 'trainer_crashed',
      message: expect.stringContaining('no-such-child'),
    });
  });
});

test('a result counts even if the child does not exit', async () => {
  await expect(run('lingers').outcome).resolves.toMatchObject({
    result: { training_metrics: { epochs_trained: 1 } },
  });
});

test.each([
  ['lies', /message that is not valid: outcome\.result\./],
  ['chats', /message that is not valid: it must be object/],
  ['floods', /message that is not valid: update\.current_batch must be/],
])('a child that %s ends the run, and its process is gone', async (behaviour, message) => {
  await expect(run(behaviour).outcome).rejects.toMatchObject({
    code: 'trainer_crashed',
    message: expect.stringMatching(message),
  });
});

test('output is bounded', async () => {
  const { outcome, output } = run('babbles');
  await outcome;
  expect(output.length).toBeGreaterThanOrEqual(1000);
  expect(Math.max(...output.map(({ length }) => length))).toBeLessThanOrEqual(500);
});

test('an error in a listener ends the run and its process', async () => {
  const onProgress = (): void => {
    throw new Error('the store is gone');
  };
  await expect(run('stubborn', { onProgress }).outcome).rejects.toThrow('the store is gone');
});

test('a process ends if its parent was killed before it listened', async () => {
  const { stdout } = spawnSync(process.execPath, [fixture('dying-parent')], { encoding: 'utf8' });
  const pid = Number(stdout);
  expect(pid).toBeGreaterThan(1);
  for (let look = 0; look < 100 && isAlive(pid); look += 1) await sleep(100);
  expect(isAlive(pid)).toBe(false);
});
