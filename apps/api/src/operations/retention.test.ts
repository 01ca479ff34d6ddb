import { expect, test } from '@jest/globals';
import { defaultProgressRenderer, MemoryOperationStore, OperationsService } from '@ktrdr/orchestrator';
import { FakeClock, RecordingLogger } from '@ktrdr/orchestrator/testing';
import { DAY_MS, Retention } from './retention.js';

const HOUR_MS = 3_600_000;

function world(keepDays: number) {
  const [clock, logger, store] = [new FakeClock(), new RecordingLogger(), new MemoryOperationStore()];
  let ids = 0;
  const operations = new OperationsService({ store, clock, logger, randomId: () => `id${ids++}` });
  const end = async () => {
    const { outcome } = await operations.launch(
      { type: 'dummy', metadata: { parameters: {} }, run: async () => 'done' },
      { renderer: defaultProgressRenderer, logger },
    );
    await outcome;
  };
  const count = async () => (await operations.list()).total_count;
  return { clock, end, count, retention: new Retention(keepDays, operations, clock, logger) };
}

test('ended operations are removed within an hour after their retention ends, and not earlier', async () => {
  const { clock, end, count, retention } = world(2);
  await end();
  await clock.advance(DAY_MS);
  await end();
  await retention.onApplicationBootstrap();
  await clock.advance(DAY_MS);
  expect(await count()).toBe(2);
  await clock.advance(HOUR_MS);
  expect(await count()).toBe(1);
  await clock.advance(DAY_MS);
  expect(await count()).toBe(0);
  retention.onModuleDestroy();
  expect(clock.waiting).toBe(0);
});

test('nothing is removed without the setting', async () => {
  const { clock, end, count, retention } = world(0);
  await end();
  await retention.onApplicationBootstrap();
  await clock.advance(1_000 * DAY_MS);
  expect(await count()).toBe(1);
});
