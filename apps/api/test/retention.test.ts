import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { OperationList, OperationsRemoved } from '@ktrdr/contracts';
import { openOperationStore } from '@ktrdr/operation-store';
import { defaultProgressRenderer, OperationsService, systemRandomId } from '@ktrdr/orchestrator';
import { FakeClock, RecordingLogger } from '@ktrdr/orchestrator/testing';
import { dataOf, request, Sandbox, type TestService } from '@ktrdr/service-kit/testing';

const DAY_MS = 24 * 3_600_000;

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await Sandbox.create();
});

afterAll(() => sandbox.close());

/** Stores operations that ended this many days ago, as an earlier API would have left them. */
async function leaveOperations(stateDir: string, ...daysAgo: number[]): Promise<void> {
  const store = await openOperationStore({ url: undefined, stateDir });
  const logger = new RecordingLogger();
  for (const days of daysAgo) {
    const clock = new FakeClock(Date.now() - days * DAY_MS);
    const operations = new OperationsService({ store, clock, logger, randomId: systemRandomId });
    const { outcome } = await operations.launch(
      { type: 'dummy', metadata: { parameters: { days } }, run: async () => days },
      { renderer: defaultProgressRenderer, logger },
    );
    await outcome;
  }
  await store.close();
}

async function daysOf(api: TestService): Promise<unknown[]> {
  const { operations } = dataOf(await api.get<OperationList>('/operations'));
  return operations.map(({ metadata }) => metadata.parameters['days']);
}

test('old operations are removed by the setting and on request', async () => {
  await leaveOperations(sandbox.path('api-state'), 400, 10, 5, 1);
  const api = await sandbox.startApi('api', { OPERATIONS_KEEP_DAYS: '7' });
  expect(await daysOf(api)).toEqual([1, 5]);
  const answer = await request<OperationsRemoved>('DELETE', `${api.url}/operations?older_than_days=3`);
  expect(dataOf(answer)).toEqual({ removed: 1 });
  expect(await daysOf(api)).toEqual([1]);
});
