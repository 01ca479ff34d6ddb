import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, it } from '@jest/globals';
import { systemClock } from '@ktrdr/orchestrator';
import { RecordingLogger } from '@ktrdr/orchestrator/testing';
import { QueueEventsProducer } from 'bullmq';
import { program, requires } from '../../../tools/requirements.js';
import { QueueConnection } from '../src/queue-connection.js';
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

  it('receives messages whenever it subscribes while its connection opens', async () => {
    const connection = new QueueConnection(server.url, 'opening', systemClock);
    const queue = connection.queue();
    const heard = new Set<number>();
    const all = Array.from({ length: 60 }, (_, index) => index);
    const receivers = await Promise.all(
      all.map(async (index) => {
        const messages = connection.messages(queue, null as never, () => {});
        await systemClock.sleep(index / 4);
        await messages.subscribe('topic', () => heard.add(index));
        return messages;
      }),
    );
    // a connection whose check fails is opened again
    await systemClock.sleep(1_000);
    await receivers[0]!.publish('topic', 'hello');
    await systemClock.sleep(500);
    for (const messages of receivers) await messages.close();
    await queue.close();
    expect(all.filter((index) => !heard.has(index))).toEqual([]);
  });

  it('receives messages again after its connection was lost silently, but not after it is closed', async () => {
    let check = (): void => {};
    const clock = {
      ...systemClock,
      setTimer: (_ms: number, run: () => void) => {
        check = run;
        return () => {};
      },
    };
    const pairs: [Socket, Socket][] = [];
    const proxy = createServer((from) => {
      const to = connect(server.port, '127.0.0.1');
      for (const socket of [from, to]) socket.on('error', () => {});
      from.pipe(to).pipe(from);
      pairs.push([from, to]);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const through = `redis://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const queue = new QueueConnection(server.url, 'silent', clock).queue();
    const messages = new QueueConnection(through, 'silent', clock).messages(queue, null as never, () => {});
    const heard: unknown[] = [];
    const hears = async (message: string): Promise<void> => {
      while (heard.at(-1) !== message) {
        await messages.publish('topic', message).catch(() => {});
        await systemClock.sleep(50);
      }
    };
    try {
      await messages.subscribe('topic', (message) => heard.push(message));
      await hears('before');
      for (const [from, to] of pairs) [from, to].forEach((socket) => socket.unpipe());
      check();
      await hears('after');
      await messages.close();
      check();
      await messages.publish('topic', 'closed');
      await systemClock.sleep(200);
      expect(heard).not.toContain('closed');
    } finally {
      await messages.close();
      await queue.close();
      for (const socket of pairs.flat()) socket.destroy();
      proxy.close();
    }
  });
});
