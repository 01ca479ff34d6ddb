import { describe, expect, test } from '@jest/globals';
import { FakeClock, Gate, RecordingLogger, settle } from './testing/index.js';
import { MemoryOperationStore } from './memory-operation-store.js';
import { defaultProgressRenderer } from './renderers/default-progress-renderer.js';
import type { OperationContext } from './operation-context.js';
import { OperationsService } from './operations-service.js';

const METADATA = {
  parameters: {},
};

async function launched(run: (context: OperationContext) => Promise<unknown>) {
  const clock = new FakeClock();
  const logger = new RecordingLogger();
  const store = new MemoryOperationStore({ clock });
  const operations = new OperationsService({ store, clock, logger, randomId: () => 'abcd' });
  const { operationId, outcome } = await operations.launch(
    { type: 'dummy', metadata: METADATA, waits: true, run },
    { renderer: defaultProgressRenderer, logger },
  );
  await settle();
  const status = async () => (await operations.get(operationId)).status;
  return { operations, operationId, outcome, clock, logger, status };
}

describe('an operation that waits for its turn', () => {
  test('is pending until its function calls begin, shows what it waits for, and counts its time from begin', async () => {
    const turn = new Gate();
    const end = new Gate();
    const { operations, operationId, outcome, clock, status } = await launched(async (context) => {
      context.progress.update({ current_item: 'two ahead' });
      await turn.pass();
      await context.begin();
      await end.pass();
      return { done: true };
    });
    expect(await status()).toBe('pending');
    const { progress, started_at } = await operations.get(operationId);
    expect(progress).toMatchObject({ current_item: 'two ahead', started_at: null, percentage: 0 });
    expect(started_at).toBeNull();
    await clock.advance(5_000);
    turn.open();
    await settle();
    expect(await status()).toBe('running');
    const running = await operations.get(operationId);
    expect(running.started_at).toBe(new Date(clock.now()).toISOString());
    expect(running.progress.started_at).toBe(running.started_at);
    end.open();
    await expect(outcome).resolves.toEqual({ done: true });
    expect((await operations.history(operationId)).map((entry) => entry.status)).toEqual([
      'pending',
      'running',
      'completed',
    ]);
  });

  test('is cancelled at once before its turn, and may not begin', async () => {
    const turn = new Gate();
    const { operations, operationId, outcome, status, logger } = await launched(async ({ begin }) => {
      await turn.pass();
      await begin();
      return { done: true };
    });
    await operations.cancel(operationId, { reason: 'enough' });
    expect(await status()).toBe('cancelled');
    turn.open();
    await expect(outcome).rejects.toMatchObject({ name: 'OperationCancelledError' });
    expect(await status()).toBe('cancelled');
    expect(logger.lines.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
  });

  test('is left to the next owner when its service stops, while a running one is cancelled', async () => {
    const { operations, operationId, outcome, status, clock } = await launched(async ({ token, begin }) => {
      await new Promise((_, reject) =>
        token.signal.addEventListener('abort', () => reject(token.signal.reason)),
      );
      await begin();
    });
    outcome.catch(() => {});
    const stopped = operations.shutdown(5_000);
    await clock.advance(1);
    expect(await stopped).toEqual([]);
    expect(await status()).toBe('pending');
    expect(await operations.history(operationId)).toHaveLength(1);
  });

  test('beyond the number that may wait it is refused; a repeated task id still finds its operation', async () => {
    const [clock, logger] = [new FakeClock(), new RecordingLogger()];
    const store = new MemoryOperationStore({ clock });
    let ids = 0;
    const randomId = () => `id${(ids += 1)}`;
    const operations = new OperationsService({ store, clock, logger, randomId, mostWaiting: 2 });
    const turn = new Gate();
    const launch = (taskId: string) =>
      operations.launch(
        {
          type: 'training',
          metadata: {} as never,
          waits: true,
          taskId,
          run: async ({ begin }) => {
            await turn.pass();
            await begin();
          },
        },
        { renderer: defaultProgressRenderer, logger },
      );
    const [first] = [await launch('a'), await launch('b')];
    await expect(launch('c')).rejects.toMatchObject({
      code: 'too_many_waiting',
      httpStatus: 429,
      details: { max_waiting: 2, retry_after_seconds: 30 },
    });
    expect((await launch('a')).operationId).toBe(first.operationId);
    turn.open();
    await settle();
    await launch('c');
    await operations.idle();
  });

  test('can fail before its turn', async () => {
    const { operations, operationId, outcome } = await launched(async () => {
      throw new Error('no queue');
    });
    await expect(outcome).rejects.toThrow('no queue');
    expect(await operations.get(operationId)).toMatchObject({
      status: 'failed',
      error: { code: 'internal_error' },
    });
  });

  test('completes even if its function never calls begin', async () => {
    const { outcome, status } = await launched(async () => ({ done: true }));
    await expect(outcome).resolves.toEqual({ done: true });
    expect(await status()).toBe('completed');
  });
});
