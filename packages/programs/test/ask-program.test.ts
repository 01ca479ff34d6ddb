import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { KtrdrError } from '@ktrdr/contracts';
import { askProgram, unansweredError, type ProgramRequest } from '../dist/index.js';

const WORKER = join(import.meta.dirname, 'fixtures/worker.mjs');

function ask(request: object, options: Partial<ProgramRequest<string>> = {}): Promise<unknown> {
  return askProgram<unknown, string>(WORKER, request, {
    signal: new AbortController().signal,
    unanswered: (end) => unansweredError('import', end, 'Try again.'),
    ...options,
  });
}

describe('a program', () => {
  test('reports its steps, and answers', async () => {
    const steps: string[] = [];
    expect(await ask({}, { onStep: (step) => steps.push(step) })).toMatchObject({ done: true });
    expect(steps).toEqual(['began']);
  });

  test('passes its error on, with code and details', async () => {
    await expect(ask({ fails: true })).rejects.toMatchObject({
      code: 'bars_invalid',
      message: 'line 3 is wrong',
      details: { line: 3 },
    });
  });

  test('that crashes is explained by what it printed', async () => {
    await expect(ask({ crashes: true })).rejects.toMatchObject({
      code: 'import_failed',
      message: expect.stringMatching(/exit code 1.*TypeError: nobody expected this\. Try again\./),
    });
  });

  test('is killed by a cancel', async () => {
    const controller = new AbortController();
    const reason = new Error('cancelled');
    const onStep = (): void => controller.abort(reason);
    await expect(ask({ hangs: true }, { signal: controller.signal, onStep })).rejects.toBe(reason);
  });

  test('is killed above its memory', async () => {
    await expect(ask({ megabytes: 300 }, { mostMemoryMb: 150 })).rejects.toMatchObject({
      code: 'import_failed',
      message: expect.stringMatching(/used \d+ MB of memory, more than its limit/),
    });
  });

  test('is killed after its time', async () => {
    await expect(ask({ hangs: true }, { timeoutMs: 500 })).rejects.toMatchObject({ code: 'import_failed' });
  });
});

describe('a program that waits for permission', () => {
  const undecided = new KtrdrError('import_failed', 'nobody knows whether it is stored');
  const permission = (ask: () => Promise<void>, graceMs = 20_000) => ({
    permission: { ask, graceMs, undecided: () => undecided },
  });
  /** Agrees, and cancels when the program has gone on. */
  const cancelling = (graceMs?: number) => {
    const controller = new AbortController();
    const reason = new Error('too late');
    const ask = async (): Promise<void> => void setTimeout(() => controller.abort(reason), 50);
    return { reason, options: { signal: controller.signal, ...permission(ask, graceMs) } };
  };

  test('goes on when it has it', async () => {
    let asked = 0;
    const ask_ = async (): Promise<void> => void (asked += 1);
    expect(await ask({ asks: true }, permission(ask_))).toMatchObject({ done: true });
    expect(asked).toBe(1);
  });

  test('is killed if it is refused', async () => {
    const refusal = new KtrdrError('operation_conflict', 'another process owns it');
    await expect(
      ask(
        { asks: true },
        permission(() => Promise.reject(refusal)),
      ),
    ).rejects.toBe(refusal);
  });

  test('is killed if it is cancelled before', async () => {
    const controller = new AbortController();
    const reason = new Error('in time');
    const late = async (): Promise<void> => controller.abort(reason);
    await expect(ask({ asks: true }, { signal: controller.signal, ...permission(late) })).rejects.toBe(
      reason,
    );
  });

  test('stops if it is cancelled afterwards', async () => {
    const { reason, options } = cancelling();
    await expect(ask({ asks: true, heeds: true }, options)).rejects.toBe(reason);
  });

  test('may finish if it is too late to stop', async () => {
    const { options } = cancelling();
    expect(await ask({ asks: true, thenMs: 300 }, options)).toMatchObject({ done: true });
  });

  test('is killed if it neither stops nor finishes, and nobody calls that cancelled', async () => {
    const { options } = cancelling(100);
    await expect(ask({ asks: true, thenMs: 60_000 }, options)).rejects.toBe(undecided);
  });
});
