import { expect, test } from '@jest/globals';
import { MemoryOperationStore, OperationsService } from '@ktrdr/orchestrator';
import { FakeClock, RecordingLogger } from '@ktrdr/orchestrator/testing';
import { DummyService } from './dummy-service.js';

test('a thousand tasks run at a time; another one is refused until one has ended', async () => {
  const [clock, logger] = [new FakeClock(), new RecordingLogger()];
  let ids = 0;
  const operations = new OperationsService({
    store: new MemoryOperationStore({ clock }),
    clock,
    logger,
    randomId: () => `id${(ids += 1)}`,
  });
  const dummies = new DummyService({ operations, logger });
  const start = (durationSeconds: number) => dummies.startDummyTask({ durationSeconds, iterations: 1 });
  for (let number = 0; number < 1_000; number += 1) await start(number === 0 ? 1 : 10);
  await clock.advance(1);
  await expect(start(10)).rejects.toMatchObject({
    code: 'too_many_waiting',
    details: { max_running: 1_000, retry_after_seconds: 30 },
  });
  await clock.advance(1_000);
  await expect(start(10)).resolves.toMatchObject({ status: 'started' });
});
