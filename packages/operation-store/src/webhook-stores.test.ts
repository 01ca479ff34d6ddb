import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newOperation, type StatusChange } from '@ktrdr/orchestrator';
import { sql } from 'kysely';
import { type EndedAttempt, MemoryWebhookStore } from './memory-webhook-store.js';
import { openOperationStore, type OpenOperationStore } from './open-operation-store.js';
import { openPostgresDatabase } from './postgres-database.js';
import { openSqliteDatabase } from './sqlite-database.js';
import {
  emptyPostgres,
  emptySqlite,
  PostgresServer,
  webhookStoreConformance,
  type EmptyStore,
} from './testing/index.js';

let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start();
});
afterAll(() => server?.stop());

const LEASE = { owner: 'one', ms: 60_000 };

function changeTo({ status, endedAt: at }: EndedAttempt): StatusChange {
  if (status === 'completed') return { to: status, at, result: null };
  if (status === 'cancelled') return { to: status, at, reason: null };
  return { to: status, at, error: { code: 'internal_error', message: 'broken' } };
}

async function endIn(store: OpenOperationStore, ended: EndedAttempt): Promise<void> {
  const { operationId: id, endedAt: at } = ended;
  const operation = newOperation({ id, type: 'dummy', metadata: { parameters: {} }, createdAt: at });
  await store.create({ operation, request: null, lease: LEASE });
  await store.transition(id, 1, ['pending'], { to: 'running', at });
  if (ended.status === 'cancelled')
    await store.transition(id, 1, ['running'], { to: 'cancelling', at, reason: null });
  await store.transition(id, 1, ['running', 'cancelling'], changeTo(ended));
}

describe('webhooks in memory', () => {
  const open = async () => {
    const webhooks = new MemoryWebhookStore(() => Date.now());
    return {
      webhooks,
      end: (ended: EndedAttempt) => webhooks.operationEnded(ended),
      fill: (_id: string, count: number) => {
        const ended = { operationId: 'op_fill', attempt: 1, status: 'completed', endedAt: 'then' } as const;
        for (let number = 0; number < count; number++) webhooks.operationEnded(ended);
      },
    };
  };
  test.each(webhookStoreConformance(open))('$name', ({ run }) => run());
});

const STORES: Record<string, () => Promise<EmptyStore>> = {
  SQLite: emptySqlite,
  PostgreSQL: () => emptyPostgres(server),
};

describe.each(Object.entries(STORES))('webhooks in %s', (_name, empty) => {
  async function open() {
    const { location, remove } = await empty();
    const store = await openOperationStore(location);
    const close = async () => {
      await store.close();
      await remove();
    };
    const fill = async (id: string, count: number) => {
      const database = await (location.url === undefined
        ? openSqliteDatabase(join(location.stateDir, 'ktrdr.db'))
        : openPostgresDatabase(location.url));
      await sql`insert into webhook_deliveries
          (webhook_id, operation_id, attempt, status, ended_at, tries, created_at, due_at)
        with recursive numbers(number) as
          (select 1 union all select number + 1 from numbers where number < ${sql.lit(count)})
        select ${id}, 'op_fill', 1, 'completed', 'then', 0, 0, 0 from numbers`.execute(database.db);
      await database.close();
    };
    const end = (ended: EndedAttempt): Promise<void> => endIn(store, ended);
    return { location, store, webhooks: store.webhooks, end, fill, close };
  }

  test.each(webhookStoreConformance(open))('$name', ({ run }) => run());

  test('deliveries survive the process, and the removal of their operation', async () => {
    const { location, store, webhooks, end, close } = await open();
    const known = {
      id: 'wh_a',
      name: null,
      url: 'https://example.com',
      on: ['failed' as const],
      secret: 'whsec_x',
      createdAt: 'then',
      createdBy: 'local',
    };
    await webhooks.create(known, 1);
    const ended = {
      operationId: 'op_dummy_1',
      attempt: 1,
      status: 'failed',
      endedAt: '2026-01-05T10:00:00.000Z',
    } as const;
    await end(ended);
    expect(await store.removeEnded('2027', 10)).toEqual(['op_dummy_1']);
    const again = await openOperationStore(location);
    expect(await again.webhooks.claim(60_000, [])).toMatchObject([{ ...ended, webhook: known, tries: 1 }]);
    await again.close();
    await close();
  });
});
