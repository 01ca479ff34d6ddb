import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EndedAttempt } from '../memory-webhook-store.js';
import {
  MOST_WAITING_DELIVERIES,
  type PendingDelivery,
  type StoredWebhook,
  type WebhookStore,
} from '../webhook-store.js';

/** An empty store. */
export interface EmptyWebhookStore {
  webhooks: WebhookStore;
  /** Ends an attempt of an operation, as the store of operations does. */
  end: (ended: EndedAttempt) => Promise<void> | void;
  /** Adds waiting deliveries to a webhook for completed operations, the only one. */
  fill: (webhookId: string, count: number) => Promise<void> | void;
  close?: () => Promise<void>;
}

/** Creates an empty store; `close` releases its resources. */
export type WebhookStoreFactory = () => Promise<EmptyWebhookStore>;

const AT = '2026-01-05T10:00:00.000Z';
const MOST = 100;
const LONG_MS = 60_000;

function webhook(id: string, on: StoredWebhook['on'], other: Partial<StoredWebhook> = {}): StoredWebhook {
  return {
    id,
    name: null,
    url: 'https://example.com/hook?key=1',
    on,
    secret: `whsec_${id}`,
    createdAt: AT,
    createdBy: 'local',
    ...other,
  };
}

function ended(operationId: string, status: EndedAttempt['status'] = 'completed'): EndedAttempt {
  return { operationId, attempt: 1, status, endedAt: AT };
}

const DELIVERED = { at: AT, outcome: 'delivered', status: 200, problem: null } as const;
const RETRYING = { at: AT, outcome: 'retrying', status: 500, problem: 'HTTP 500' } as const;

const toldOf = (claimed: readonly PendingDelivery[]): string[] =>
  claimed.map(({ webhook: { id }, operationId, status }) => `${id} ${operationId} ${status}`).toSorted();

/** Requirements for every `WebhookStore`. Each case gets its own store. */
export function webhookStoreConformance(factory: WebhookStoreFactory) {
  return Object.entries(CASES).map(([name, check]) => ({
    name,
    run: async () => {
      const store = await factory();
      try {
        await check(store);
      } finally {
        await store.close?.();
      }
    },
  }));
}

const CASES: Record<string, (store: EmptyWebhookStore) => Promise<void>> = {
  'an empty store has no webhook and nothing to deliver': async ({ webhooks, end }) => {
    await end(ended('op_dummy_1'));
    assert.deepEqual(await webhooks.list(), []);
    assert.deepEqual(await webhooks.claim(LONG_MS, []), []);
    assert.equal(await webhooks.remove('wh_none'), null);
  },

  'webhooks are returned exactly, oldest first, until they are removed': async ({ webhooks }) => {
    const later = webhook('wh_b', ['edge', 'failed'], { createdAt: '2026-01-06T10:00:00.000Z' });
    const first = webhook('wh_c', ['completed'], { name: 'größer', createdBy: 'alice' });
    assert.equal(await webhooks.create(later, MOST), true);
    assert.equal(await webhooks.create(first, MOST), true);
    const fresh = { waiting: 0, dropped: 0, lastDelivery: null };
    assert.deepEqual(await webhooks.list(), [
      { ...first, ...fresh },
      { ...later, ...fresh },
    ]);
    assert.deepEqual(await webhooks.remove('wh_c'), first);
    assert.equal(await webhooks.remove('wh_c'), null);
    assert.deepEqual(await webhooks.list(), [{ ...later, ...fresh }]);
  },

  'their number is limited, also if several are created at the same time': async ({ webhooks }) => {
    const ids = Array.from({ length: 8 }, (_, index) => `wh_${index}`);
    const created = await Promise.all(ids.map((id) => webhooks.create(webhook(id, ['failed']), 5)));
    assert.equal(created.filter(Boolean).length, 5);
    assert.equal((await webhooks.list()).length, 5);
  },

  'each webhook gets what it listens to; one for edges gets all that completed': async ({
    webhooks,
    end,
  }) => {
    for (const [id, on] of [
      ['wh_done', ['completed']],
      ['wh_bad', ['failed', 'cancelled']],
      ['wh_edge', ['edge']],
      ['wh_all', ['completed', 'failed', 'cancelled', 'edge']],
    ] as const)
      await webhooks.create(webhook(id, [...on]), MOST);
    const told: Record<string, string[]> = {};
    for (const status of ['completed', 'failed', 'cancelled'] as const) {
      await end(ended(`op_dummy_${status}`, status));
      const claimed = await webhooks.claim(LONG_MS, []);
      told[status] = claimed.map(({ webhook: { id } }) => id).toSorted();
      for (const delivery of claimed) await webhooks.settle(delivery, { result: null, retryAfterMs: null });
    }
    assert.deepEqual(told, {
      completed: ['wh_all', 'wh_done', 'wh_edge'],
      failed: ['wh_all', 'wh_bad'],
      cancelled: ['wh_all', 'wh_bad'],
    });
  },

  'a delivery says everything about the end that it tells': async ({ webhooks, end }) => {
    const known = webhook('wh_a', ['failed']);
    await webhooks.create(known, MOST);
    await end(ended('op_dummy_1', 'failed'));
    const [claimed] = await webhooks.claim(LONG_MS, []);
    assert.ok(claimed !== undefined && claimed.ageMs >= 0 && claimed.ageMs < LONG_MS);
    const { id: _, ageMs: __, ...rest } = claimed;
    const { operationId, attempt, status, endedAt } = ended('op_dummy_1', 'failed');
    assert.deepEqual(rest, { webhook: known, operationId, attempt, status, endedAt, tries: 1 });
  },

  'the oldest delivery of each webhook is claimed first; a busy webhook is left alone': async ({
    webhooks,
    end,
  }) => {
    await webhooks.create(webhook('wh_a', ['completed']), MOST);
    await webhooks.create(webhook('wh_b', ['completed']), MOST);
    await end(ended('op_dummy_1'));
    await end(ended('op_dummy_2'));
    assert.deepEqual(toldOf(await webhooks.claim(LONG_MS, ['wh_b'])), ['wh_a op_dummy_1 completed']);
    assert.deepEqual(toldOf(await webhooks.claim(LONG_MS, [])), [
      'wh_a op_dummy_2 completed',
      'wh_b op_dummy_1 completed',
    ]);
    assert.deepEqual(toldOf(await webhooks.claim(LONG_MS, [])), ['wh_b op_dummy_2 completed']);
    assert.deepEqual(await webhooks.claim(LONG_MS, []), []);
    assert.deepEqual(
      (await webhooks.list()).map(({ waiting }) => waiting),
      [2, 2],
    );
  },

  'of several that claim at the same time, one gets each delivery': async ({ webhooks, end }) => {
    await webhooks.create(webhook('wh_a', ['completed']), MOST);
    await webhooks.create(webhook('wh_b', ['completed']), MOST);
    await end(ended('op_dummy_1'));
    const claims = await Promise.all(Array.from({ length: 8 }, () => webhooks.claim(LONG_MS, [])));
    assert.deepEqual(toldOf(claims.flat()), ['wh_a op_dummy_1 completed', 'wh_b op_dummy_1 completed']);
  },

  'a claim that was not settled in time is claimed again, and its late end changes nothing': async ({
    webhooks,
    end,
  }) => {
    await webhooks.create(webhook('wh_a', ['completed']), MOST);
    await end(ended('op_dummy_1'));
    const [lost] = await webhooks.claim(1, []);
    await sleep(5);
    const [again] = await webhooks.claim(LONG_MS, []);
    assert.deepEqual([lost?.tries, again?.tries, lost?.id === again?.id], [1, 2, true]);
    await webhooks.settle(lost!, { result: DELIVERED, retryAfterMs: null });
    const [{ waiting, lastDelivery } = { waiting: 0, lastDelivery: 1 }] = await webhooks.list();
    assert.deepEqual([waiting, lastDelivery], [1, null]);
  },

  'a failed try is due again after its pause, a delivered one is gone, and both are shown': async ({
    webhooks,
    end,
  }) => {
    await webhooks.create(webhook('wh_a', ['completed']), MOST);
    await end(ended('op_dummy_1'));
    const last = async () => (await webhooks.list())[0];
    const [first] = await webhooks.claim(LONG_MS, []);
    await webhooks.settle(first!, { result: RETRYING, retryAfterMs: LONG_MS });
    assert.deepEqual(await webhooks.claim(LONG_MS, []), []);
    assert.deepEqual((await last())?.lastDelivery, { ...RETRYING, operation_id: 'op_dummy_1', tries: 1 });
    await webhooks.settle(first!, { result: RETRYING, retryAfterMs: 0 });
    await sleep(2);
    const [second] = await webhooks.claim(LONG_MS, []);
    assert.equal(second?.tries, 2);
    await webhooks.settle(second!, { result: DELIVERED, retryAfterMs: null });
    assert.deepEqual((await last())?.lastDelivery, { ...DELIVERED, operation_id: 'op_dummy_1', tries: 2 });
    assert.equal((await last())?.waiting, 0);
  },

  'a removed webhook takes its deliveries along, also one that is being tried': async ({ webhooks, end }) => {
    await webhooks.create(webhook('wh_a', ['completed']), MOST);
    await end(ended('op_dummy_1'));
    const [claimed] = await webhooks.claim(1, []);
    await webhooks.remove('wh_a');
    await sleep(5);
    assert.deepEqual(await webhooks.claim(LONG_MS, []), []);
    await webhooks.settle(claimed!, { result: DELIVERED, retryAfterMs: null });
    assert.deepEqual(await webhooks.list(), []);
  },

  'deliveries that wait are limited for each webhook, and the dropped ones are counted': async ({
    webhooks,
    end,
    fill,
  }) => {
    await webhooks.create(webhook('wh_a', ['completed']), MOST);
    await fill('wh_a', MOST_WAITING_DELIVERIES - 1);
    await webhooks.create(webhook('wh_b', ['edge']), MOST);
    for (const id of ['op_dummy_1', 'op_dummy_2', 'op_dummy_3']) await end(ended(id));
    assert.deepEqual(
      (await webhooks.list()).map(({ waiting, dropped }) => [waiting, dropped]),
      [
        [MOST_WAITING_DELIVERIES, 2],
        [3, 0],
      ],
    );
  },
};
