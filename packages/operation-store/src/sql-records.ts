import type { EpochPlace, MetricPoint, TimelinePhase } from '@ktrdr/contracts';
import type { MetricsChange, RecordsChange } from '@ktrdr/orchestrator';
import type { Kysely } from 'kysely';
import type { Schema } from './schema.js';
import type { StoreAccess } from './store-access.js';
import { fromJson, toJson } from './stored-row.js';
import { canBeStored } from './stored-text.js';

/** Rows of one insert. */
const MOST_ROWS = 200;

/** Points and phases of operations. `OperationStore` documents the methods. */
export class SqlRecords {
  constructor(private readonly access: StoreAccess) {}

  save(operationId: string, epoch: number, { metrics, phases }: RecordsChange): Promise<boolean> {
    const { database } = this.access;
    return this.access.use(() =>
      // like progress, it need not be on disk at once
      database.relaxed((alone) =>
        alone.transaction().execute(async (tx) => {
          const owned = await tx
            .selectFrom('operations')
            .select('seq')
            .where('id', '=', operationId)
            .where('epoch', '=', epoch)
            .where('completed_at', 'is', null)
            .$if(database.locksRows, (query) => query.forUpdate())
            .executeTakeFirst();
          if (owned === undefined) return false;
          if (metrics !== null) await changeMetrics(tx, operationId, metrics);
          if (phases !== null) await replacePhases(tx, operationId, phases);
          return true;
        }),
      ),
    );
  }

  async metrics(operationId: string): Promise<MetricPoint[]> {
    if (!canBeStored(operationId)) return [];
    const rows = await this.access.use((db) =>
      db
        .selectFrom('operation_metrics')
        .select('point_json')
        .where('operation_id', '=', operationId)
        .orderBy('seed')
        .orderBy('epoch')
        .execute(),
    );
    return rows.map(({ point_json }) => fromJson<MetricPoint>(point_json));
  }

  async phases(operationId: string): Promise<TimelinePhase[]> {
    if (!canBeStored(operationId)) return [];
    const row = await this.access.use((db) =>
      db
        .selectFrom('operation_phases')
        .select('phases_json')
        .where('operation_id', '=', operationId)
        .executeTakeFirst(),
    );
    return row === undefined ? [] : fromJson<TimelinePhase[]>(row.phases_json);
  }
}

/** The next attempt computes all epochs again. */
export async function removeMetrics(tx: Kysely<Schema>, operationId: string): Promise<void> {
  await tx.deleteFrom('operation_metrics').where('operation_id', '=', operationId).execute();
}

async function changeMetrics(
  tx: Kysely<Schema>,
  operationId: string,
  { added, removed }: MetricsChange,
): Promise<void> {
  for (const seed of new Set(removed.map(seedOf)))
    await tx
      .deleteFrom('operation_metrics')
      .where('operation_id', '=', operationId)
      .where('seed', '=', seed)
      .where(
        'epoch',
        'in',
        removed.filter((place) => seedOf(place) === seed).map(({ epoch }) => epoch),
      )
      .execute();
  for (let from = 0; from < added.length; from += MOST_ROWS)
    await tx
      .insertInto('operation_metrics')
      .values(
        added.slice(from, from + MOST_ROWS).map((point) => ({
          operation_id: operationId,
          seed: seedOf(point),
          epoch: point.epoch,
          point_json: toJson(point),
        })),
      )
      .onConflict((conflict) =>
        conflict
          .columns(['operation_id', 'seed', 'epoch'])
          .doUpdateSet((row) => ({ point_json: row.ref('excluded.point_json') })),
      )
      .execute();
}

async function replacePhases(
  tx: Kysely<Schema>,
  operationId: string,
  phases: readonly TimelinePhase[],
): Promise<void> {
  const phases_json = toJson(phases);
  await tx
    .insertInto('operation_phases')
    .values({ operation_id: operationId, phases_json })
    .onConflict((conflict) => conflict.column('operation_id').doUpdateSet({ phases_json }))
    .execute();
}

/** 0: the training has one seed. */
function seedOf({ seed }: EpochPlace): number {
  return seed ?? 0;
}
