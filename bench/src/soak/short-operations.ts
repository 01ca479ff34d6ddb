import { isTerminalStatus, type OperationStarted, type OperationStatus } from '@ktrdr/contracts';
import { QUICK, dataOf, type TestService } from '@ktrdr/service-kit/testing';

const AT_ONCE = 8;
const ANSWER_MS = 120_000;
const SHORT = { iterations: 3, duration_seconds: 0.001 };
const LONG = { iterations: 10_000, duration_seconds: 0.01 };

/** A kind of operation: how it runs, and how it must end. */
interface Kind {
  /** Every operation whose number is divisible by this is of this kind. */
  of: number;
  ends: OperationStatus;
  run: (api: TestService, number: number) => Promise<string>;
}

/** An operation is of the first kind that matches. */
const KINDS: Kind[] = [
  {
    of: 50,
    ends: 'completed',
    run: async (api, number) => {
      const id = await api.startTraining({ strategy: QUICK, seed: number });
      await follow(api, id);
      return id;
    },
  },
  {
    of: 10,
    ends: 'cancelled',
    run: async (api) => {
      const id = await start(api, LONG);
      const followed = follow(api, id);
      dataOf(await api.post(`/operations/${id}/cancel`, { reason: 'soak' }));
      await followed;
      return id;
    },
  },
  {
    of: 5,
    ends: 'completed',
    run: async (api) => {
      const id = await start(api, SHORT);
      await leave(api, id);
      await api.untilEnded(id);
      return id;
    },
  },
  {
    of: 1,
    ends: 'completed',
    run: async (api) => {
      const id = await start(api, SHORT);
      await follow(api, id);
      return id;
    },
  },
];

/** Runs operations `from` to `to` (exclusive) of all kinds, several at once. @throws if one does not end as expected */
export async function runShortOperations(api: TestService, from: number, to: number): Promise<void> {
  let next = from;
  const work = async () => {
    while (next < to) await runOne(api, next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

async function runOne(api: TestService, number: number): Promise<void> {
  const kind = KINDS.find(({ of }) => number % of === 0) as Kind;
  const id = await kind.run(api, number);
  const { status, error } = await api.operation(id);
  if (status !== kind.ends)
    throw new Error(`${id} ended as ${status}, expected ${kind.ends}: ${JSON.stringify(error)}`);
  dataOf(await api.get('/operations'));
  dataOf(await api.get(`/operations/${id}/history`));
}

async function start(api: TestService, task: object): Promise<string> {
  return dataOf(await api.post<OperationStarted>('/dummy/start', task)).operation_id;
}

/** Reads an operation's events to the end. @throws if the last status is not terminal */
async function follow({ url }: TestService, id: string): Promise<void> {
  const signal = AbortSignal.timeout(ANSWER_MS);
  const text = await (await fetch(`${url}/operations/${id}/events`, { signal })).text();
  const last = /"status":"(\w+)"(?!.*"status":")/s.exec(text)?.[1];
  if (!isTerminalStatus(last as OperationStatus))
    throw new Error(`${id}: the last event has the status ${last}, which is not terminal`);
}

/** Reads the first bytes of an operation's events, then disconnects. */
async function leave({ url }: TestService, id: string): Promise<void> {
  const { body } = await fetch(`${url}/operations/${id}/events`, { signal: AbortSignal.timeout(ANSWER_MS) });
  const reader = body?.getReader();
  await reader?.read();
  await reader?.cancel();
}
