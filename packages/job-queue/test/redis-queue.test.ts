import { expect, it } from '@jest/globals';
import { RecordingLogger } from '@ktrdr/orchestrator/testing';
import { QueueEventsProducer } from 'bullmq';
import { program, requires } from '../../../tools/requirements.js';
import { RedisServer } from '../src/testing/index.js';
import { job, partsOf, queueOf } from './jobs.js';
import { queueConformance } from './queue-conformance.js';

/** Requests to an unreachable Redis fail after this time. */
const FAILS_AFTER_MS = 5_500;

requires(program('redis-server')).describe('a queue on redis', () => {
  let server: RedisServer;
  queueConformance(async () => {
    server = await RedisServer.start();
    return { newUrl: async () => `${server.url}/0`, stop: () => server.stop() };
  }, FAILS_AFTER_MS);

  it('keeps listening after an event that is not JSON, too long or without its value', async () => {
    const logger = new RecordingLogger();
    const queue = queueOf(partsOf(server.url, 'junk', logger));
    const producer = new QueueEventsProducer('junk', { connection: { url: server.url } });
    const publish = (eventName: string, value: object): Promise<void> =>
      producer.publishEvent({ eventName, jobId: 'a', ...value });
    try {
      await queue.workers();
      await queue.add('a', job('hello'));
      const watch = queue.follow('a');
      await publish('progress', { data: '{junk' });
      await publish('progress', {});
      await publish('completed', { returnvalue: '' });
      await publish('progress', { data: `"${'x'.repeat(33 * 1_048_576)}"` });
      const report = { run: 1, worker: 'one', begun: true, report: { step: 7 } };
      await publish('progress', { data: JSON.stringify(report) });
      for await (const state of watch) if (state.state === 'taken' && state.report?.step === 7) break;
      expect(logger.lines.filter(({ level }) => level === 'error')).toEqual([]);
    } finally {
      await producer.close();
      await queue.close();
    }
  });
});
