import { afterEach, describe, expect, it } from '@jest/globals';
import { Started } from '@ktrdr/contracts/testing';
import { PostgresServer } from '@ktrdr/operation-store/testing';
import { systemClock } from '@ktrdr/orchestrator';
import { RecordingLogger } from '@ktrdr/orchestrator/testing';
import {
  ended,
  follow,
  job,
  LEASE_MS,
  partsOf,
  queueOf,
  secondTime,
  untilAnswers,
  workerOf,
  type Queue,
} from './jobs.js';

const started = new Started();
afterEach(() => started.stop());

describe('a queue whose server restarts', () => {
  it('passes a running job to the next delivery', async () => {
    const server = await started.start(
      () => PostgresServer.start(),
      (running) => running.stop(),
    );
    const parts = partsOf(await server.createDatabase(), 'restart');
    const queue = queueOf(parts);
    const worker = workerOf(parts, secondTime);
    try {
      await worker.start();
      await queue.add('a', job('a'));
      await follow(queue, 'a', (state) => state.state === 'taken' && state.begun);
      await server.restart(() => systemClock.sleep(LEASE_MS));
      expect(await follow(queue, 'a', ended)).toEqual({
        state: 'completed',
        outcome: { done: 'delivery 2' },
      });
    } finally {
      await worker.stop();
      await queue.close();
    }
  });

  it('is used by its clients as soon as it starts', async () => {
    const server = await started.start(
      () => PostgresServer.start(),
      (running) => running.stop(),
    );
    const logger = new RecordingLogger();
    const parts = partsOf(await server.createDatabase(), 'later', logger);
    let opened: { queue: Queue; watch: ReturnType<Queue['follow']> } | null = null;
    try {
      await server.restart(async () => {
        const queue = queueOf(parts);
        opened = { queue, watch: queue.follow('a') };
        await expect(queue.add('a', job('a'))).rejects.toMatchObject({
          code: 'queue_unreachable',
          message: expect.stringContaining('ECONNREFUSED'),
        });
        expect(await opened.watch.next()).toMatchObject({ value: { state: 'unreachable' } });
        await systemClock.sleep(1_500);
      });
      const { queue } = opened as unknown as { queue: Queue };
      await untilAnswers(queue);
      await queue.add('a', job('a'));
      const worker = workerOf(parts);
      await worker.start();
      try {
        expect(await follow(queue, 'a', ended)).toEqual({ state: 'completed', outcome: { done: 'a' } });
      } finally {
        await worker.stop();
      }
      expect(logger.messages('error')).toEqual(['the queue cannot be reached']);
    } finally {
      await (opened as unknown as { queue: Queue } | null)?.queue.close();
    }
  });
});

describe('an unreachable queue', () => {
  it('is reported', async () => {
    const queue = queueOf(partsOf('redis://127.0.0.1:1/0', 'none'));
    try {
      const unreachable = { code: 'queue_unreachable', message: expect.stringContaining('ECONNREFUSED') };
      await expect(queue.check()).rejects.toMatchObject(unreachable);
      await expect(queue.add('a', job(''))).rejects.toMatchObject(unreachable);
      await expect(queue.workers()).rejects.toMatchObject({ code: 'queue_unreachable' });
      const watch = queue.follow('a');
      expect(await watch.next()).toMatchObject({ value: { state: 'unreachable' } });
    } finally {
      await queue.close();
    }
  });

  it('rejects an address with another protocol', () => {
    expect(() => queueOf(partsOf('http://x', 'q'))).toThrow(/TRAINING_QUEUE_URL is not valid/);
  });
});
