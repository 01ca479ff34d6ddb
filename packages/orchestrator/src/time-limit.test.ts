import { describe, expect, test } from '@jest/globals';
import { FakeClock, RecordingLogger, settle } from './testing/index.js';
import { MemoryOperationStore } from './memory-operation-store.js';
import { defaultProgressRenderer } from './renderers/default-progress-renderer.js';
import type { OperationContext } from './operation-context.js';
import { OperationsService } from './operations-service.js';

const HOUR_MS = 3_600_000;

async function launched(run: (context: OperationContext) => Promise<unknown>, waits = false) {
  const [clock, logger] = [new FakeClock(), new RecordingLogger()];
  const operations = new OperationsService({
    store: new MemoryOperationStore({ clock }),
    clock,
    logger,
    randomId: () => 'abcd',
    mostAttemptMs: 2 * HOUR_MS,
  });
  const { operationId, outcome } = await operations.launch(
    { type: 'dummy', metadata: { parameters: {} }, waits, run },
    { renderer: defaultProgressRenderer, logger },
  );
  outcome.catch(() => {});
  await settle();
  return { operations, clock, get: () => operations.get(operationId), operationId };
}

describe('the time limit of an attempt', () => {
  test('stops the work; the operation fails with the limit, and is resumable with a checkpoint', async () => {
    const { clock, get } = await launched(async ({ sleep, setResumable }) => {
      setResumable(true);
      await sleep(3 * HOUR_MS);
    });
    await clock.advance(2 * HOUR_MS - 1);
    expect((await get()).status).toBe('running');
    await clock.advance(1);
    expect(await get()).toMatchObject({
      status: 'failed',
      resumable: true,
      cancel_requested_at: null,
      error: { code: 'time_limit_reached', details: { max_hours: 2 } },
    });
    expect(clock.waiting).toBe(0);
  });

  test('leaves no timer behind when the work ends in time, and does not count the wait for a turn', async () => {
    const { clock, get } = await launched(async ({ sleep, begin }) => {
      await sleep(5 * HOUR_MS);
      await begin();
      await sleep(HOUR_MS);
    }, true);
    await clock.advance(6 * HOUR_MS);
    expect((await get()).status).toBe('completed');
    expect(clock.waiting).toBe(0);
  });

  test('a cancel that was requested before the work has stopped counts', async () => {
    const { clock, get, operations, operationId } = await launched(
      ({ token }) =>
        new Promise((_, reject) =>
          token.forceSignal.addEventListener('abort', () => reject(token.forceSignal.reason as Error)),
        ),
    );
    await clock.advance(2 * HOUR_MS);
    expect((await get()).status).toBe('running');
    await operations.cancel(operationId, { reason: 'enough', force: true });
    await settle();
    expect(await get()).toMatchObject({ status: 'cancelled', cancel_reason: 'enough', error: null });
  });
});
