import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Operation, OperationStarted } from '@ktrdr/contracts';
import { freePort } from '@ktrdr/contracts/testing';
import { writeSampleBars } from '@ktrdr/market-data';
import { PostgresServer } from '@ktrdr/operation-store/testing';
import { CHECKPOINTS_SOON, dataOf, Link, LONG_GRACE, Sandbox } from '@ktrdr/service-kit/testing';
import { LONG, until, type TestService } from '@ktrdr/service-kit/testing';
import { EventSource } from 'eventsource';

/** A standard EventSource client, as in browsers. It reconnects automatically until it gets 204. */
let sandbox: Sandbox;
let api: TestService;
const open: Follower[] = [];

beforeAll(async () => {
  sandbox = await Sandbox.create();
  await writeSampleBars({
    dataDir: sandbox.dataDir,
    symbol: 'AAPL',
    timeframe: '1h',
    startDate: '2024-01-01',
    endDate: '2024-06-30',
  });
  api = await sandbox.startApi('api', { ...LONG_GRACE, ...CHECKPOINTS_SOON });
});

afterEach(() => {
  for (const follower of open.splice(0)) follower.source.close();
});

afterAll(() => sandbox.close());

/** Records what one EventSource receives. */
class Follower {
  readonly source: EventSource;
  readonly ids: string[] = [];
  readonly states: Operation[] = [];
  /** HTTP status of each response. */
  readonly answers: number[] = [];

  /** @param lastEventId the last event that the client has already received */
  constructor(url: string, lastEventId?: string) {
    this.source = new EventSource(url, {
      fetch: async (address, init) => {
        const headers = new Headers(init.headers);
        if (lastEventId !== undefined && !headers.has('last-event-id'))
          headers.set('last-event-id', lastEventId);
        const response = await fetch(address, { ...init, headers });
        this.answers.push(response.status);
        return response;
      },
    });
    for (const type of ['status', 'progress']) {
      this.source.addEventListener(type, ({ data, lastEventId }) => {
        this.ids.push(lastEventId);
        this.states.push(JSON.parse(data as string) as Operation);
      });
    }
    open.push(this);
  }

  get last(): Operation | undefined {
    return this.states.at(-1);
  }

  until(what: string, fits: (follower: this) => boolean): Promise<unknown> {
    return until(what, async () => fits(this), Boolean);
  }

  /** Waits until the client has closed permanently. */
  closed(): Promise<unknown> {
    return this.until('closed', ({ source }) => source.readyState === source.CLOSED);
  }
}

function follow(id: string, url = api.url, lastEventId?: string): Follower {
  return new Follower(`${url}/operations/${id}/events`, lastEventId);
}

const dummy = async (body: object): Promise<string> =>
  dataOf(await api.post<OperationStarted>('/dummy/start', body)).operation_id;

describe('an EventSource', () => {
  test('that has received the end reconnects once, gets 204 and stops', async () => {
    const follower = follow(await dummy({ iterations: 3, duration_seconds: 0.1 }));
    await follower.closed();
    expect(follower.answers).toEqual([200, 204]);
    expect(follower.last).toMatchObject({ status: 'completed', progress: { percentage: 100 } });
    expect(follower.states.filter(({ status }) => status === 'completed')).toHaveLength(1);
  });

  test('of an ended operation gets the final state once, and stops', async () => {
    const id = await dummy({ iterations: 1, duration_seconds: 0.001 });
    const ended = await api.untilEnded(id);
    const follower = follow(id);
    await follower.closed();
    expect(follower.answers).toEqual([200, 204]);
    expect(follower.states).toEqual([ended]);
  });

  test('whose connection breaks during a training gets no state twice', async () => {
    const link = await Link.open(Number(new URL(api.url).port));
    const id = await api.startTraining({ strategy: LONG });
    const follower = follow(id, link.url);
    await follower.until('progress', ({ last }) => (last?.progress.items_processed ?? 0) > 0);
    link.cut();
    await follower.until('cut', ({ source }) => source.readyState === source.CONNECTING);
    const seen = follower.states.length;
    link.heal();
    await follower.until('more', ({ states }) => states.length > seen + 3);
    const items = follower.states.map(({ progress }) => progress.items_processed ?? 0);
    expect(items).toEqual(items.toSorted((a, b) => a - b));
    expect(follower.ids[seen]).not.toBe(follower.ids[seen - 1]);
    await api.post(`/operations/${id}/cancel`);
    await follower.closed();
    expect(follower.last?.status).toBe('cancelled');
    expect(follower.answers).toEqual([200, 200, 204]);
    await link.close();
  });

  test('follows the next attempt if the operation was resumed before it reconnects', async () => {
    const id = await api.startTraining({ strategy: LONG });
    const follower = follow(id);
    await api.untilCheckpoint(id);
    await api.post(`/operations/${id}/cancel`);
    await api.untilEnded(id);
    await follower.until('the end', ({ last }) => last?.status === 'cancelled');
    dataOf(await api.post(`/operations/${id}/resume`));
    await follower.until(
      'attempt 2',
      ({ last }) => last?.attempt === 2 && last.status === 'running' && last.progress.percentage > 0,
    );
    await api.post(`/operations/${id}/cancel`);
    await follower.closed();
    expect(follower.last).toMatchObject({ status: 'cancelled', attempt: 2 });
    const attempts = follower.states.map(({ attempt }) => attempt);
    expect(attempts).toEqual(attempts.toSorted((a, b) => a - b));
  });

  test('of an API that does not run the operation keeps following it through a restart of the database', async () => {
    const postgres = await PostgresServer.start();
    let link: Link | undefined;
    try {
      const settings = { DATABASE_URL: await postgres.createDatabase() };
      const [one, two] = await Promise.all([
        sandbox.startApi('runs', settings),
        sandbox.startApi('shows', settings),
      ]);
      link = await Link.open(Number(new URL(two.url).port));
      const body = { iterations: 1000, duration_seconds: 0.1 };
      const id = dataOf(await one.post<OperationStarted>('/dummy/start', body)).operation_id;
      const stays = follow(id, two.url);
      const reconnects = follow(id, link.url);
      for (const follower of [stays, reconnects])
        await follower.until('progress', ({ last }) => (last?.progress.percentage ?? 0) > 0);
      await postgres.restart(async () => {
        link?.cut();
        link?.heal();
        await reconnects.until('two answers in the outage', ({ answers }) => answers.length >= 3);
      });
      const { percentage } = (await one.operation(id)).progress;
      for (const follower of [stays, reconnects])
        await follower.until('more', ({ last }) => (last?.progress.percentage ?? 0) > percentage);
      await two.post(`/operations/${id}/cancel`);
      for (const follower of [stays, reconnects]) {
        await follower.closed();
        expect(follower.last?.status).toBe('cancelled');
      }
      expect(stays.answers).toEqual([200, 204]);
      expect([...new Set(reconnects.answers)]).toEqual([200, 204]);
      await Promise.all([one.stop(), two.stop()]);
    } finally {
      await link?.close();
      await postgres.stop();
    }
  });

  test('of a database that was restored from an older backup gets the final state once, and stops', async () => {
    const id = await dummy({ iterations: 1, duration_seconds: 0.001 });
    const ended = await api.untilEnded(id);
    const follower = follow(id, api.url, '3.9f3a2c1b40d7');
    await follower.closed();
    expect(follower.answers).toEqual([200, 204]);
    expect(follower.states).toEqual([ended]);
  });

  test('of a restarted API gets the final state of the operation', async () => {
    const settings = { PORT: String(await freePort()), LEASE_MS: '2000' };
    const before = await sandbox.startApi('again', settings);
    const id = await before.startTraining({ strategy: LONG });
    await before.untilTraining(id);
    const follower = follow(id, before.url);
    await follower.until('progress', ({ last }) => last?.status === 'running');
    before.kill('SIGKILL');
    await before.ended;
    await sandbox.startApi('again', settings);
    await follower.closed();
    expect(follower.last).toMatchObject({ status: 'failed', error: { code: 'interrupted' } });
    expect(follower.answers.at(-1)).toBe(204);
  });
});
