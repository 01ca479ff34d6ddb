/** Tests that a queue passes on every kind of server. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { systemClock, type Clock } from '@ktrdr/orchestrator';
import { RecordingLogger } from '@ktrdr/orchestrator/testing';
import { Link } from '@ktrdr/service-kit/testing';
import { BEGIN_MS, REPORT_EVERY_MS } from '../src/held-job.js';
import { JobQueue, JobWorker, type JobState, type JobStop } from '../src/index.js';
import {
  READER,
  ended,
  follow,
  job,
  LEASE_MS,
  secondTime,
  type Outcome,
  type Queue,
  type Report,
  type Work,
  type Worker,
} from './jobs.js';

/** A server that can hold queues. */
export interface QueueServer {
  newUrl: () => Promise<string>;
  stop: () => Promise<void>;
}

/** Registers the tests. `failsAfterMs`: time after which a request to an unreachable queue has failed. */
export function queueConformance(startServer: () => Promise<QueueServer>, failsAfterMs: number): void {
  let server: QueueServer;
  let url: string;
  let name: string;
  let number = 0;
  const opened: { stop: () => Promise<void> }[] = [];

  beforeAll(async () => {
    server = await startServer();
    url = await server.newUrl();
  });
  afterAll(() => server?.stop());
  beforeEach(() => {
    number += 1;
    name = `queue-${number}`;
  });
  afterEach(async () => {
    for (const part of opened.splice(0).toReversed()) await part.stop();
  });

  function openQueue(through = url, logger = new RecordingLogger()): Queue {
    const queue: Queue = new JobQueue({
      url: through,
      queue: name,
      clock: systemClock,
      logger,
      reader: READER,
    });
    opened.push({ stop: () => queue.close() });
    return queue;
  }

  async function openWorker(
    workerName: string,
    work: Work,
    { concurrency = 1, through = url, leaseMs = LEASE_MS, clock = systemClock } = {},
  ): Promise<Worker> {
    const worker: Worker = new JobWorker({
      url: through,
      queue: name,
      reader: READER,
      name: workerName,
      concurrency,
      leaseMs,
      clock,
      logger: new RecordingLogger(),
      describe: async () => ({ engine: 'onnx' }),
      work,
    });
    await worker.start();
    opened.push({ stop: () => worker.stop() });
    return worker;
  }

  /** A connection to the queue that a test can cut. */
  async function openLink(): Promise<{ link: Link; through: string }> {
    const { protocol, username, password, port, pathname } = new URL(url);
    const link = await Link.open(Number(port));
    opened.push({ stop: () => link.close() });
    const user = username === '' ? '' : `${username}:${password}@`;
    return { link, through: `${protocol}//${user}${new URL(link.url).host}${pathname}` };
  }

  it('starts a job when told to, reports its progress and returns its outcome', async () => {
    const queue = openQueue();
    const steps: number[] = [];
    const began: string[] = [];
    await openWorker('one', async (held) => {
      began.push(held.id);
      held.report({ step: 1 });
      await systemClock.sleep(250);
      held.report({ step: 2 });
      await systemClock.sleep(250);
      return { done: held.data.words };
    });
    await queue.add('a', job('hello'));
    const taken = await follow(queue, 'a', ({ state }) => state === 'taken', false);
    expect(taken).toEqual({ state: 'taken', delivery: 1, worker: 'one', begun: false, report: null });
    expect(began).toEqual([]);
    const end = await follow(queue, 'a', (state) => {
      if (state.state === 'taken' && state.report !== null) steps.push(state.report.step);
      return ended(state);
    });
    expect(end).toEqual({ state: 'completed', outcome: { done: 'hello' } });
    expect(began).toEqual(['a']);
    expect(steps).toContain(1);
    expect(steps.toSorted((a, b) => a - b)).toEqual(steps);
    // a later reader gets the same outcome
    expect(await follow(openQueue(), 'a', ended)).toEqual(end);
  });

  it('a job that any worker may run begins without a report of its worker', async () => {
    const queue = openQueue();
    const clock: Clock = {
      ...systemClock,
      setTimer: (ms, call) => (ms <= REPORT_EVERY_MS ? () => {} : systemClock.setTimer(ms, call)),
    };
    await openWorker('one', async ({ data }) => ({ done: data.words }), { clock });
    await queue.add('a', job('hello'));
    expect(await follow(queue, 'a', ended)).toEqual({ state: 'completed', outcome: { done: 'hello' } });
    // also if nobody followed it when it was taken
    await queue.add('b', job('again'));
    for (let asked = 0; (await queue.currentDelivery('b')) === null && asked < 1_000; asked += 1)
      await systemClock.sleep(10);
    expect(await queue.state('b')).toMatchObject({ state: 'taken', worker: 'one', begun: false });
    expect(await follow(queue, 'b', ended)).toEqual({ state: 'completed', outcome: { done: 'again' } });
  });

  it('keeps a message for a job that its worker is about to take', async () => {
    const queue = openQueue();
    await openWorker('one', async (held) => {
      // until its message has arrived, which was sent after the one for `b`
      if (held.id === 'a') await new Promise<void>((resolve) => held.onStop(() => resolve()));
      return { done: held.data.words };
    });
    await queue.add('a', job('first'));
    await follow(queue, 'a', (state) => state.state === 'taken' && state.begun);
    await queue.add('b', job('second'));
    await queue.tell('b', 'one', { type: 'begin', run: 1 });
    await queue.tell('a', 'one', { type: 'cancel', reason: null, force: false });
    expect(await follow(queue, 'b', ended, false)).toEqual({
      state: 'completed',
      outcome: { done: 'second' },
    });
  });

  it('adds a job once', async () => {
    const queue = openQueue();
    let works = 0;
    await openWorker('one', async ({ data }) => {
      works += 1;
      return { done: data.words };
    });
    await queue.add('a', job('first'));
    await queue.add('a', job('second'));
    expect(await follow(queue, 'a', ended)).toEqual({ state: 'completed', outcome: { done: 'first' } });
    await queue.add('a', job('third'));
    expect(await follow(queue, 'a', ended)).toEqual({ state: 'completed', outcome: { done: 'first' } });
    expect(works).toBe(1);
  });

  it('never reports a job as completed without its outcome, even while it ends', async () => {
    const queue = openQueue();
    await openWorker('one', async ({ id, secret }) => ({ done: `${id} ${secret}` }));
    for (let index = 0; index < 20; index += 1) {
      const jobId = `job-${index}`;
      await queue.add(jobId, job('short'));
      await follow(queue, jobId, ({ state }) => state === 'taken', false);
      const states: JobState<Report, Outcome>[] = [];
      const ask = async () => {
        for (let asked = 0; asked < 1_000; asked += 1) {
          const state = await queue.state(jobId);
          states.push(state);
          if (ended(state)) return;
        }
      };
      const begin = queue.tell(jobId, 'one', { type: 'begin', run: 1, secret: 'mine' });
      await Promise.all([begin, ask(), ask(), ask()]);
      const ends = states.filter(ended);
      expect(ends).toEqual(ends.map(() => ({ state: 'completed', outcome: { done: `${jobId} mine` } })));
      expect(ends.length).toBe(3);
    }
  });

  it('reports how many jobs are ahead, and takes higher priorities first', async () => {
    const queue = openQueue();
    await queue.add('low', job('low'), 'low');
    await queue.add('normal', job('normal'));
    await queue.add('normal2', job('normal2'));
    await queue.add('high', job('high'), 'high');
    const ahead = async (jobId: string) => {
      const state = await follow(queue, jobId, (one) => one.state === 'waiting' && one.ahead !== null);
      return state.state === 'waiting' ? state.ahead : null;
    };
    expect(await ahead('high')).toBe(0);
    expect(await ahead('normal')).toBe(1);
    expect(await ahead('normal2')).toBe(2);
    expect(await ahead('low')).toBe(3);
    const order: string[] = [];
    await openWorker('one', async ({ id, data }) => {
      order.push(id);
      return { done: data.words };
    });
    for (const jobId of ['high', 'normal', 'normal2', 'low']) await follow(queue, jobId, ended);
    expect(order).toEqual(['high', 'normal', 'normal2', 'low']);
  });

  it('repeats the state of a waiting job at most once a second, however many followers start meanwhile', async () => {
    const queue = openQueue();
    await queue.add('a', job('a'));
    const seen: JobState<Report, Outcome>[] = [];
    const began = performance.now();
    const reading = (async () => {
      for await (const state of queue.follow('a')) seen.push(state);
    })();
    for (let other = 0; other < 40; other += 1) {
      void queue.follow(`other-${other}`);
      await systemClock.sleep(30);
    }
    const seconds = (performance.now() - began) / 1_000;
    await queue.close();
    await reading;
    expect(seen[0]).toEqual({ state: 'waiting', ahead: 0 });
    expect(seen.length).toBeLessThanOrEqual(2 + seconds);
  });

  it('removes a waiting job, but not a running one', async () => {
    const queue = openQueue();
    await queue.add('waits', job('a'));
    expect(await queue.remove('waits')).toBe(true);
    expect(await follow(queue, 'waits', ended)).toEqual({ state: 'missing' });
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    await openWorker('one', async ({ data }) => {
      await gate;
      return { done: data.words };
    });
    await queue.add('runs', job('b'));
    await follow(queue, 'runs', (state) => state.state === 'taken' && state.begun);
    expect(await queue.remove('runs')).toBe(false);
    expect(await queue.currentDelivery('runs')).toBe(1);
    release();
    await follow(queue, 'runs', ended);
    expect(await queue.currentDelivery('runs')).toBeNull();
  });

  it('delivers a cancel to the worker of a job, also to one that was not told to begin, and to no other job', async () => {
    const queue = openQueue();
    const stops: JobStop[] = [];
    const untilStopped: Work = (held) =>
      new Promise((resolve) => {
        held.onStop((stop) => {
          stops.push(stop);
          resolve({ done: stop.cause });
        });
      });
    await openWorker('one', untilStopped);
    await queue.add('a', job('a'));
    await follow(queue, 'a', (state) => state.state === 'taken' && state.begun);
    await queue.tell('other', 'one', { type: 'cancel', reason: 'not this one', force: false });
    await queue.tell('a', 'one', { type: 'cancel', reason: 'enough', force: false });
    expect(await follow(queue, 'a', ended)).toEqual({ state: 'completed', outcome: { done: 'cancelled' } });
    await queue.add('b', job('b'));
    await follow(queue, 'b', ({ state }) => state === 'taken', false);
    await queue.tell('b', 'one', { type: 'cancel', reason: 'never', force: true });
    expect(await follow(queue, 'b', ended, false)).toEqual({
      state: 'completed',
      outcome: { done: 'cancelled' },
    });
    expect(stops).toEqual([
      { cause: 'cancelled', reason: 'enough', force: false },
      { cause: 'cancelled', reason: 'never', force: true },
    ]);
  });

  it('delivers a long message with any characters', async () => {
    const queue = openQueue();
    const stops: JobStop[] = [];
    await openWorker('one', async (held) => {
      await new Promise<void>((resolve) => {
        held.onStop((stop) => {
          stops.push(stop);
          resolve();
        });
      });
      return { done: 'stopped' };
    });
    await queue.add('a', job('a'));
    await follow(queue, 'a', (state) => state.state === 'taken' && state.begun);
    const reason = 'a\u0000 \ud83d\ude00 \u00e9 "quoted" \n'.repeat(2_000);
    await queue.tell('a', 'one', { type: 'cancel', reason, force: false });
    await follow(queue, 'a', ended);
    expect(stops).toEqual([{ cause: 'cancelled', reason, force: false }]);
  });

  it('drops a job that is never told to begin, and takes the next one', async () => {
    const queue = openQueue();
    const clock: Clock = {
      ...systemClock,
      setTimer: (ms, callback) => systemClock.setTimer(ms === BEGIN_MS ? 300 : ms, callback),
    };
    await queue.add('unwanted', job('a'), 'high');
    await queue.add('wanted', job('b'));
    const following = follow(queue, 'wanted', ended);
    await openWorker('one', async ({ data }) => ({ done: data.words }), { clock });
    expect(await following).toEqual({ state: 'completed', outcome: { done: 'b' } });
    expect(await queue.state('unwanted')).toEqual({ state: 'missing' });
  });

  it('fails a job whose work throws', async () => {
    const queue = openQueue();
    await openWorker('one', async () => {
      throw new Error('no such luck');
    });
    await queue.add('a', job('a'));
    expect(await follow(queue, 'a', ended)).toEqual({ state: 'failed', reason: 'no such luck' });
  });

  it('returns its job when it stops, and another worker runs the job as the next delivery', async () => {
    const queue = openQueue();
    const runs: [string, number][] = [];
    const first = await openWorker('first', async (held) => {
      runs.push(['first', held.delivery]);
      await new Promise<void>((resolve) => held.onStop(() => resolve()));
      return { done: 'by the first' };
    });
    await queue.add('a', job('a'));
    await follow(queue, 'a', (state) => state.state === 'taken' && state.begun);
    await first.stop();
    await openWorker('second', async (held) => {
      runs.push(['second', held.delivery]);
      return { done: 'by the second' };
    });
    expect(await follow(queue, 'a', ended)).toEqual({
      state: 'completed',
      outcome: { done: 'by the second' },
    });
    expect(runs).toEqual([
      ['first', 1],
      ['second', 2],
    ]);
  });

  it('stops while the queue is unreachable, and another worker runs its job as the next delivery', async () => {
    const queue = openQueue();
    const { link, through } = await openLink();
    const cutOff = await openWorker('cut off', secondTime, { through });
    await queue.add('a', job('a'));
    await follow(queue, 'a', (state) => state.state === 'taken' && state.begun);
    link.cut();
    await cutOff.stop();
    expect(cutOff.jobs).toEqual([]);
    await openWorker('other', secondTime);
    expect(await follow(queue, 'a', ended)).toEqual({ state: 'completed', outcome: { done: 'delivery 2' } });
  });

  it('does not fail a job if the queue was unreachable for longer than the lock: the next delivery does it', async () => {
    const queue = openQueue();
    const { link, through } = await openLink();
    await openWorker('cut off', secondTime, { through });
    await queue.add('a', job('a'));
    await follow(queue, 'a', (state) => state.state === 'taken' && state.begun);
    link.cut();
    await systemClock.sleep(LEASE_MS);
    link.heal();
    expect(await follow(queue, 'a', ended)).toEqual({ state: 'completed', outcome: { done: 'delivery 2' } });
  });

  it('does not fail a job whose worker loses the queue while it takes the job', async () => {
    const queue = openQueue();
    const { link, through } = await openLink();
    await openWorker('cut off', async (held) => ({ done: held.data.words }), { through, leaseMs: 30_000 });
    // slow enough that the worker cannot finish taking the job
    link.delay(100);
    await queue.add('a', job('a', 'ann', 1));
    await follow(queue, 'a', ({ state }) => state === 'taken', false);
    link.cut();
    await systemClock.sleep(failsAfterMs);
    link.heal();
    expect(await follow(queue, 'a', ended)).toEqual({ state: 'completed', outcome: { done: 'a' } });
  });

  it('limits how many jobs of one user run at a time, but not those of other users', async () => {
    const queue = openQueue();
    let running = 0;
    let most = 0;
    let others = 0;
    await openWorker(
      'one',
      async ({ data }) => {
        if (data.words === 'other') others += 1;
        else {
          running += 1;
          most = Math.max(most, running);
          await systemClock.sleep(100);
          running -= 1;
        }
        return { done: data.words };
      },
      { concurrency: 4 },
    );
    const ids = ['a1', 'a2', 'a3', 'a4'];
    for (const jobId of ids) await queue.add(jobId, job('mine', 'ann', 1));
    await queue.add('b1', job('other', 'bob', 1));
    await Promise.all([...ids, 'b1'].map((jobId) => follow(queue, jobId, ended)));
    expect(most).toBe(1);
    expect(others).toBe(1);
  });

  it('runs the jobs of other users even if one user has queued very many', async () => {
    const queue = openQueue();
    let hold = true;
    await openWorker(
      'one',
      async ({ data }) => {
        while (data.words === 'long' && hold) await systemClock.sleep(20);
        return { done: data.words };
      },
      { concurrency: 2, leaseMs: 30_000 },
    );
    try {
      await queue.add('first', job('long', 'ann', 1));
      await follow(queue, 'first', (state) => state.state === 'taken' && state.begun);
      const ids = Array.from({ length: 150 }, (_, index) => `held-${index}`);
      await Promise.all(ids.map((jobId) => queue.add(jobId, job('later', 'ann', 1), 'high')));
      await queue.add('other', job('other', 'bob', 1), 'low');
      expect(await follow(queue, 'other', ended)).toEqual({
        state: 'completed',
        outcome: { done: 'other' },
      });
    } finally {
      hold = false;
    }
    expect(await follow(queue, 'first', ended)).toMatchObject({ state: 'completed' });
  });

  it('ignores a late report of a delivery that was cut off', async () => {
    const queue = openQueue();
    const { link, through } = await openLink();
    const work: Work = async (held) => {
      const stopped = new Promise<void>((resolve) => held.onStop(() => resolve()));
      await stopped;
      if (held.delivery === 1) held.report({ step: 99 });
      return { done: `delivery ${held.delivery}` };
    };
    await openWorker('cut off', work, { through });
    await queue.add('a', job('a'));
    await follow(queue, 'a', (state) => state.state === 'taken' && state.begun);
    expect(await queue.currentDelivery('a')).toBe(1);
    link.cut();
    await openWorker('other', work);
    await follow(queue, 'a', (state) => state.state === 'taken' && state.delivery === 2 && state.begun);
    link.heal();
    await systemClock.sleep(1_000);
    expect(await queue.currentDelivery('a')).toBe(2);
    await queue.tell('a', 'other', { type: 'cancel', reason: null, force: false });
    expect(await follow(queue, 'a', ended)).toEqual({ state: 'completed', outcome: { done: 'delivery 2' } });
    expect(await queue.currentDelivery('a')).toBeNull();
  });

  it('lists its workers with their jobs and descriptions', async () => {
    const queue = openQueue();
    await openWorker('one', async ({ data }) => ({ done: data.words }), { concurrency: 3 });
    // a newly opened queue waits for the workers' announcements
    expect(await openQueue().workers()).toMatchObject([{ name: 'one' }]);
    expect(await queue.workers()).toEqual([
      {
        name: 'one',
        jobs: [],
        concurrency: 3,
        description: { engine: 'onnx' },
        lastHeartbeat: expect.any(Number),
      },
    ]);
  });

  it('removes a stopped worker from the list at once, and keeps the others', async () => {
    const queue = openQueue();
    const work: Work = async ({ data }) => ({ done: data.words });
    const leaving = await openWorker('leaving', work);
    await openWorker('staying', work);
    const names = async () => (await queue.workers()).map((worker) => worker.name);
    expect(await names()).toEqual(['leaving', 'staying']);
    await leaving.stop();
    // the goodbye may still be in transit
    await systemClock.sleep(300);
    expect(await names()).toEqual(['staying']);
  });

  it('lets a worker stop quickly while the queue does not respond', async () => {
    const { link, through } = await openLink();
    const worker = await openWorker('cut off', async () => ({ done: 'never' }), { through });
    await openQueue().workers();
    link.cut();
    const began = performance.now();
    await worker.stop();
    expect(performance.now() - began).toBeLessThan(6_000);
  });

  it('refuses a job and an outcome that are not valid, and does not parse one that is too long', async () => {
    const queue = openQueue();
    const worked: string[] = [];
    await openWorker('one', async ({ data }) => {
      worked.push(data.words);
      return { done: data.words === 'lie' ? (5 as unknown as string) : data.words };
    });
    const huge = { words: 'x'.repeat(9 * 1_048_576) };
    for (const [id, data] of Object.entries({ null: null, number: 5, words: { words: 5 }, huge })) {
      await queue.add(id, { data: data as never, user: null, userLimit: 0 });
      expect(await follow(queue, id, ended)).toEqual({
        state: 'failed',
        reason: 'data.words must be string',
      });
    }
    await queue.add('lie', job('lie'));
    expect(await follow(queue, 'lie', ended)).toMatchObject({
      state: 'failed',
      error: { code: 'host_refused', message: 'done must be string' },
    });
    expect(worked).toEqual(['lie']);
  });

  it('can check that it is reachable', async () => {
    await expect(openQueue().check()).resolves.toBeUndefined();
  });
}
