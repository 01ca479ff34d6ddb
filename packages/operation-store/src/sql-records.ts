import type { EpochPlace, MetricPoint, TimelinePhase } from '@ktrdr/contracts';
import type { MetricsChange } from '@ktrdr/orchestrator';
import { sql, type Kysely } from 'kysely';
import { RowsStatement } from './rows-statement.js';
import type { Schema } from './schema.js';
import type { SqlDatabase } from './sql-database.js';
import type { StoreAccess } from './store-access.js';
import { fromJson, toJson } from './stored-row.js';
import { canBeStored } from './stored-text.js';

/** Rows of one insert. */
const MOST_ROWS = 200;

/** Points and phases of operations. `OperationStore` documents the methods. */
export class SqlRecords {
  constructor(private readonly access: StoreAccess) {}

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

/** Adds, replaces and removes points. */
export async function changeMetrics(
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

interface PhasesRow {
  operation_id: string;
  phases_json: string;
}

export const PHASES_COLUMNS = {
  operation_id: 'text',
  phases_json: 'text',
} as const satisfies Record<keyof PhasesRow, 'text'>;

const REPLACE_PHASES = new RowsStatement<PhasesRow>(
  PHASES_COLUMNS,
  (changes) => sql`insert into operation_phases (operation_id, phases_json)
    select operation_id, phases_json from ${changes}
    where true on conflict (operation_id) do update set phases_json = excluded.phases_json`,
);

/** Replaces the phases of operations. */
export async function replacePhases(
  tx: Kysely<Schema>,
  database: SqlDatabase,
  phases: ReadonlyMap<string, readonly TimelinePhase[]>,
): Promise<void> {
  await REPLACE_PHASES.run(tx, database, phasesRows(phases));
}

export function phasesRows(phases: ReadonlyMap<string, readonly TimelinePhase[]>): PhasesRow[] {
  return [...phases].map(([operation_id, all]) => ({ operation_id, phases_json: toJson(all) }));
}

/** 0: the training has one seed. */
function seedOf({ seed }: EpochPlace): number {
  return seed ?? 0;
}
