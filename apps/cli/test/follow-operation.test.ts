import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ApiClient } from '../src/api-client.js';
import { type Clock, systemClock } from '@ktrdr/contracts';
import { type FollowUpdate, followOperation } from '../src/follow-operation.js';
import { eventually } from './test-context.js';
import { operation, progress, WireServer } from './wire-server.js';

const { operation_id: ID } = operation();

describe('following an operation', () => {
  let server: WireServer;
  let left: AbortController;
  let updates: FollowUpdate[];

  beforeEach(async () => {
    server = await WireServer.start();
    left = new AbortController();
    updates = [];
  });

  afterEach(async () => {
    left.abort();
    await server.close();
  });

  /** Follows to the end and collects the updates in `updates`. */
  async function follow({ known = false, clock = systemClock, giveUpAfterMs = 60_000 } = {}): Promise<void> {
    const api = new ApiClient({ baseUrl: server.url, signal: left.signal });
    const options = { clock, signal: left.signal, known, giveUpAfterMs };
    for await (const update of followOperation(api, ID, options)) updates.push(update);
  }

  const percentages = () =>
    updates.flatMap((update) => (update.kind === 'operation' ? [update.operation.progress.percentage] : []));
  const statuses = () =>
    updates.flatMap((update) => (update.kind === 'operation' ? [update.operation.status] : []));

  test('an ended operation is reported once, without reading events', async () => {
    server.set(operation({ status: 'completed' }));
    await follow();
    expect(statuses()).toEqual(['completed']);
    expect(server.requests.map(({ path }) => path)).toEqual([`/operations/${ID}`]);
  });

  test('an interrupted operation is followed into the next attempt that the API starts', async () => {
    server.set(operation());
    const following = follow();
    await eventually('a stream is open', () => server.streams === 1);
    server.change(ID, { status: 'failed', error: { code: 'interrupted', message: 'Gone.' } });
    await eventually('the stream has ended', () => server.streams === 0);
    server.change(ID, { status: 'running', attempt: 2, error: null });
    await eventually('the next stream is open', () => server.streams === 1);
    server.change(ID, { status: 'completed' });
    await following;
    expect(statuses()).not.toContain('failed');
    expect(statuses().at(-1)).toBe('completed');
  });

  test('an interrupted operation without a next attempt has ended', async () => {
    server.set(operation({ status: 'failed', error: { code: 'interrupted', message: 'Gone.' } }));
    await follow();
    expect(statuses()).toEqual(['failed']);
  });

  test('every change arrives in order, to the end', async () => {
    server.set(operation());
    const following = follow();
    await eventually('a stream is open', () => server.streams === 1);
    server.change(ID, { progress: progress({ percentage: 25 }) });
    server.change(ID, { progress: progress({ percentage: 50 }) });
    server.change(ID, { status: 'completed', progress: progress({ percentage: 100 }) });
    await following;
    expect(percentages()).toEqual([0, 0, 25, 50, 100]);
    expect(statuses().at(-1)).toBe('completed');
  });

  test('a broken stream is reopened, and no loss is reported', async () => {
    server.set(operation());
    const following = follow();
    await eventually('a stream is open', () => server.streams === 1);
    server.change(ID, { progress: progress({ percentage: 25 }) });
    await eventually('25 % is reported', () => percentages().includes(25));
    server.cutStreams();
    server.change(ID, { progress: progress({ percentage: 40 }) });
    await eventually('40 % is reported', () => percentages().includes(40));
    await eventually('a stream is open again', () => server.streams === 1);
    server.change(ID, { status: 'completed' });
    await following;
    expect(statuses().at(-1)).toBe('completed');
    expect(updates.filter(({ kind }) => kind === 'lost')).toEqual([]);
    const streams = server.requests.filter(({ path }) => path.endsWith('/events'));
    expect(streams.map(({ lastEventId }) => lastEventId)).toEqual([undefined, '25']);
  });

  test('a temporary outage of the API is reported, and following continues when it is back', async () => {
    server.set(operation());
    const following = follow();
    await eventually('a stream is open', () => server.streams === 1);
    await server.close();
    await eventually('the loss is reported', () => updates.some(({ kind }) => kind === 'lost'));
    await server.listen();
    server.change(ID, { status: 'completed' });
    await following;
    expect(statuses().at(-1)).toBe('completed');
  });

  test('following ends after the time limit if the API stays away, and says how to continue', async () => {
    let now = 0;
    const clock: Clock = {
      ...systemClock,
      now: () => now,
      sleep: (ms) => {
        now += ms;
        return Promise.resolve();
      },
    };
    await server.close();
    await expect(follow({ known: true, clock })).rejects.toThrow(
      `The API at ${server.url} has not answered for 60 s. Once it runs again: ktrdr operations follow ${ID}`,
    );
    expect(now).toBeGreaterThanOrEqual(60_000);
    expect(now).toBeLessThan(70_000);
    await server.listen();
  });

  test('an API that never answered is reported immediately', async () => {
    await server.close();
    await expect(follow()).rejects.toThrow(
      `The API at ${server.url} does not answer. Start it with: npm start. If it listens elsewhere: ktrdr config set api_url URL`,
    );
    await server.listen();
  });

  test('an unknown id gives the error of the API', async () => {
    await expect(follow()).rejects.toMatchObject({ code: 'operation_not_found', exitCode: 2 });
  });

  test('an operation that a restarted API does not know is lost, which is not a usage error', async () => {
    server.set(operation());
    const following = follow();
    await eventually('a stream is open', () => server.streams === 1);
    server.forget(ID);
    server.cutStreams();
    await expect(following).rejects.toMatchObject({
      exitCode: 1,
      message: `The API was restarted and no longer knows ${ID}: its outcome is lost.`,
    });
  });

  test('an API that is stopping (503) is retried', async () => {
    server.set(operation());
    const following = follow();
    await eventually('a stream is open', () => server.streams === 1);
    server.answers.set(`GET /operations/${ID}`, () => ({
      status: 503,
      error: { code: 'service_stopping', message: 'stopping' },
    }));
    server.cutStreams();
    await eventually('the loss is reported', () => updates.some(({ kind }) => kind === 'lost'));
    server.answers.clear();
    server.change(ID, { status: 'failed' });
    await following;
    expect(statuses().at(-1)).toBe('failed');
  });

  test('an abort ends it immediately, without an error', async () => {
    server.set(operation());
    const following = follow();
    await eventually('a stream is open', () => server.streams === 1);
    left.abort();
    await following;
    expect(statuses()).not.toContain('completed');
  });
});
