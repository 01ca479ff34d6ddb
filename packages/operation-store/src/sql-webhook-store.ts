import type { NotificationEvent, WebhookDelivery } from '@ktrdr/contracts';
import { sql, type Selectable } from 'kysely';
import type { WebhooksTable } from './schema.js';
import type { StoreAccess } from './store-access.js';
import { fromJson, toJson } from './stored-row.js';
import type {
  PendingDelivery,
  SettledTry,
  StoredWebhook,
  WebhookState,
  WebhookStore,
} from './webhook-store.js';

/** Stores webhooks and deliveries in the database of the operations. Triggers create the deliveries (migration 0007). */
export class SqlWebhookStore implements WebhookStore {
  constructor(private readonly access: StoreAccess) {}

  async create(
    { id, name, url, on, secret, createdAt, createdBy }: StoredWebhook,
    most: number,
  ): Promise<boolean> {
    return this.access.use((db) =>
      db.transaction().execute(async (tx) => {
        // two processes would otherwise count at the same time
        if (this.access.database.locksRows)
          await sql`lock table webhooks in share row exclusive mode`.execute(tx);
        const { count } = await tx
          .selectFrom('webhooks')
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .executeTakeFirstOrThrow();
        if (Number(count) >= most) return false;
        await tx
          .insertInto('webhooks')
          .values({
            id,
            name,
            url,
            events: on.join(','),
            secret,
            created_at: createdAt,
            created_by: createdBy,
            dropped: 0,
            last_delivery_json: toJson(null),
          })
          .execute();
        return true;
      }),
    );
  }

  async list(): Promise<WebhookState[]> {
    const rows = await this.access.use((db) =>
      db
        .selectFrom('webhooks')
        .selectAll()
        .select((webhook) =>
          webhook
            .selectFrom('webhook_deliveries')
            .whereRef('webhook_id', '=', 'webhooks.id')
            .select(({ fn }) => fn.countAll<number>().as('count'))
            .as('waiting'),
        )
        .orderBy('created_at')
        .orderBy('id')
        .execute(),
    );
    return rows.map((row) => ({
      ...webhookOf(row),
      waiting: Number(row.waiting),
      dropped: row.dropped,
      lastDelivery: fromJson<WebhookDelivery | null>(row.last_delivery_json),
    }));
  }

  async remove(id: string): Promise<StoredWebhook | null> {
    const removed = await this.access.use((db) =>
      db.deleteFrom('webhooks').where('id', '=', id).returningAll().executeTakeFirst(),
    );
    return removed === undefined ? null : webhookOf(removed);
  }

  async claim(claimMs: number, busy: readonly string[]): Promise<PendingDelivery[]> {
    const { now } = this.access.database;
    // most of the time nothing is due, and a read waits for no other write
    const due = await this.access.use((db) =>
      db
        .selectFrom('webhook_deliveries')
        .select(({ fn }) => fn.min<number>('seq').as('seq'))
        .where('due_at', '<=', now)
        .$if(busy.length > 0, (query) => query.where('webhook_id', 'not in', busy))
        .groupBy('webhook_id')
        .execute(),
    );
    if (due.length === 0) return [];
    const seqs = due.map(({ seq }) => seq);
    const claimed = await this.access.use((db) =>
      db
        .updateTable('webhook_deliveries')
        .set({
          tries: sql<number>`tries + 1`,
          due_at: sql<number>`${now} + cast(${claimMs} as integer)`,
        })
        .where('seq', 'in', seqs)
        // another process may have been quicker
        .where('due_at', '<=', now)
        .returningAll()
        .returning(sql<number>`${now} - created_at`.as('age_ms'))
        .execute(),
    );
    const webhooks = new Map((await this.list()).map((webhook) => [webhook.id, webhook]));
    return claimed.flatMap((row) => {
      const webhook = webhooks.get(row.webhook_id);
      if (webhook === undefined) return [];
      const { waiting: _, dropped: __, lastDelivery: ___, ...stored } = webhook;
      return [
        {
          id: row.seq,
          webhook: stored,
          operationId: row.operation_id,
          attempt: row.attempt,
          status: row.status,
          endedAt: row.ended_at,
          tries: row.tries,
          ageMs: Number(row.age_ms),
        },
      ];
    });
  }

  async settle({ id, tries, operationId, webhook }: PendingDelivery, settled: SettledTry): Promise<void> {
    const { result, retryAfterMs } = settled;
    const { now } = this.access.database;
    await this.access.use((db) =>
      db.transaction().execute(async (tx) => {
        const found =
          retryAfterMs === null
            ? await tx
                .deleteFrom('webhook_deliveries')
                .where('seq', '=', id)
                .where('tries', '=', tries)
                .returning('seq')
                .executeTakeFirst()
            : await tx
                .updateTable('webhook_deliveries')
                .set({ due_at: sql<number>`${now} + cast(${Math.ceil(retryAfterMs)} as integer)` })
                .where('seq', '=', id)
                .where('tries', '=', tries)
                .returning('seq')
                .executeTakeFirst();
        if (found === undefined || result === null) return;
        const last: WebhookDelivery = { ...result, operation_id: operationId, tries };
        await tx
          .updateTable('webhooks')
          .set({ last_delivery_json: toJson(last) })
          .where('id', '=', webhook.id)
          .execute();
      }),
    );
  }
}

function webhookOf(row: Selectable<WebhooksTable>): StoredWebhook {
  const { id, name, url, events, secret, created_at: createdAt, created_by: createdBy } = row;
  return { id, name, url, on: events.split(',') as NotificationEvent[], secret, createdAt, createdBy };
}
