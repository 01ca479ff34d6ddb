import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type {
  CreatedToken,
  Operation,
  OperationList,
  OperationRemoved,
  OperationStarted,
  OperationSummary,
  OperationsReady,
} from '@ktrdr/contracts';
import { isTerminalStatus } from '@ktrdr/contracts';
import { Started } from '@ktrdr/contracts/testing';
import { writeSampleBars } from '@ktrdr/market-data';
import { PostgresServer } from '@ktrdr/operation-store/testing';
import { dataOf, EventReader, Sandbox, until } from '@ktrdr/service-kit/testing';
import type { TestService } from '@ktrdr/service-kit/testing';
import { LONG, QUICK } from '@ktrdr/service-kit/testing';

/** Two APIs on one PostgreSQL: each lists, follows, cancels and takes over operations of the other. */
const started = new Started();
let sandbox: Sandbox;
let one: TestService;
let two: TestService;

beforeAll(async () => {
  const postgres = await started.start(
    () => PostgresServer.start(),
    (server) => server.stop(),
  );
  sandbox = await started.start(
    () => Sandbox.create(),
    (created) => created.close(),
  );
  await writeSampleBars({
    dataDir: sandbox.dataDir,
    symbol: 'AAPL',
    timeframe: '1h',
    startDate: '2024-01-01',
    endDate: '2024-06-30',
  });
  const settings = { DATABASE_URL: await postgres.createDatabase(), LEASE_MS: '2000' };
  [one, two] = await Promise.all([sandbox.startApi('one', settings), sandbox.startApi('two', settings)]);
});

afterAll(() => started.stop());

/** Reads an operation's states from its events until it has ended; collects the events' ids in `ids`. */
async function follow(
  api: TestService,
  id: string,
  ids: string[] = [],
  seen: Operation[] = [],
): Promise<Operation[]> {
  const response = await fetch(`${api.url}/operations/${id}/events`, { signal: AbortSignal.timeout(50_000) });
  let rest = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.startsWith('id: ')) ids.push(line.slice(4));
      if (line.startsWith('data: ')) seen.push(JSON.parse(line.slice(6)) as Operation);
    }
  }
  return seen;
}

test('an API lists, follows and cancels an operation that the other API runs', async () => {
  const id = await one.startTraining({ strategy: LONG });
  await two.untilTraining(id);
  const { operations, active_count } = dataOf(await two.get<OperationList>('/operations'));
  expect([operations[0]?.operation_id, active_count]).toEqual([id, 1]);
  const seen: Operation[] = [];
  const followed = follow(two, id, [], seen);
  await until(
    'reports of progress',
    async () => new Set(seen.map(({ progress }) => progress.items_processed)).size,
    (different) => different > 2,
  );
  await two.post(`/operations/${id}/cancel`, { reason: 'from the other one' });
  const cancelled = await two.untilEnded(id);
  expect(cancelled).toMatchObject({ status: 'cancelled', cancel_reason: 'from the other one' });
  expect(await sandbox.trainers()).toEqual([]);
  await followed;
  expect(seen.at(-1)?.status).toBe('cancelled');
  expect(seen.slice(0, -1).filter(({ status }) => isTerminalStatus(status))).toEqual([]);
});

test('one stream reports changes of the operations of both APIs, and removals', async () => {
  const reader = await EventReader.open(`${two.url}/operations/events`);
  const states = (id: string): string[] =>
    reader
      .of<OperationSummary>('operation')
      .filter((operation) => operation.operation_id === id)
      .map(({ status, progress }) => `${status} ${progress.percentage}`);
  const start = async (api: TestService): Promise<string> =>
    dataOf(await api.post<OperationStarted>('/dummy/start', { iterations: 1_000, duration_seconds: 0.01 }))
      .operation_id;
  const ids = await Promise.all([start(one), start(two)]);
  expect(reader.of<OperationsReady>('ready')).toHaveLength(1);
  for (const id of ids) {
    await until(
      'progress',
      async () => new Set(states(id)).size,
      (different) => different > 3,
    );
    // the other API, or the same
    await one.post(`/operations/${id}/cancel`);
    await until(
      'the end',
      async () => states(id).at(-1) ?? '',
      (last) => last.startsWith('cancelled '),
    );
  }
  expect(reader.of<object>('operation').some((operation) => 'result' in operation)).toBe(false);
  await fetch(`${one.url}/operations?older_than_days=0`, { method: 'DELETE' });
  await until(
    'the removals',
    async () => reader.of<OperationRemoved>('removed').map(({ operation_id }) => operation_id),
    (removed) => ids.every((id) => removed.includes(id)),
  );
  await reader.close();
});

test('both APIs give a state the same event id, so neither resends a state that the other has sent', async () => {
  const id = await one.startTraining({ strategy: QUICK });
  const [idsOfOne, idsOfTwo]: [string[], string[]] = [[], []];
  await Promise.all([follow(one, id, idsOfOne), follow(two, id, idsOfTwo)]);
  expect(idsOfTwo.at(-1)).toBe(idsOfOne.at(-1));
  const headers = { 'last-event-id': idsOfOne.at(-1) ?? '' };
  expect((await fetch(`${two.url}/operations/${id}/events`, { headers })).status).toBe(204);
});

test('an API that is suspended for longer than its lease loses its operation, and changes nothing when it continues', async () => {
  const id = await one.startTraining({ strategy: LONG });
  await one.untilTraining(id);
  one.kill('SIGSTOP');
  const interrupted = await two.untilEnded(id);
  expect(interrupted).toMatchObject({ status: 'failed', error: { code: 'interrupted' } });
  one.kill('SIGCONT');
  await until(
    'no training process',
    () => sandbox.trainers(),
    (pids) => pids.length === 0,
  );
  expect(await one.operation(id)).toEqual(interrupted);
});

test('a token that one API creates or revokes counts in the other within two seconds; requests never wait for it', async () => {
  const status = async (api: TestService, token: string): Promise<number> =>
    (await fetch(`${api.url}/caller`, { headers: { authorization: `Bearer ${token}` } })).status;
  const create = async (as: string, name: string, role: string): Promise<string> => {
    const response = await fetch(`${one.url}/tokens`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(as === '' ? {} : { authorization: `Bearer ${as}` }),
      },
      body: JSON.stringify({ name, role }),
    });
    return ((await response.json()) as { data: CreatedToken }).data.token;
  };
  const admin = await create('', 'alice', 'admin');
  const reader = await create(admin, 'bob', 'read');
  const tokenless = async (): Promise<number> => (await fetch(`${two.url}/operations`)).status;
  await until('two is locked', tokenless, (found) => found === 401);
  await until(
    'two knows the token',
    () => status(two, reader),
    (found) => found === 200,
  );

  const headers = { authorization: `Bearer ${admin}` };
  // a login that fails is in the audit log
  const login = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"token":"wrong"}',
  };
  expect((await fetch(`${two.url}/session`, login)).status).toBe(401);
  const audit = await (await fetch(`${one.url}/audit?action=login`, { headers })).json();
  expect(audit).toMatchObject({
    data: { entries: [{ caller: null, target: 'POST /session', outcome: 'refused', status: 401 }] },
  });

  expect((await fetch(`${one.url}/tokens/bob`, { method: 'DELETE', headers })).status).toBe(200);
  expect(await status(one, reader)).toBe(401);
  const revokedAt = performance.now();
  await until(
    'two refuses the token',
    () => status(two, reader),
    (found) => found === 401,
  );
  // two seconds are promised; a machine that does other work may be late
  expect(performance.now() - revokedAt).toBeLessThan(10_000);
  expect(await status(two, admin)).toBe(200);
});
