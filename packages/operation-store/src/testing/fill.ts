import { join } from 'node:path';
import { newOperation } from '@ktrdr/orchestrator';
import { sql } from 'kysely';
import type { OperationStoreLocation } from '../open-operation-store.js';
import { openPostgresDatabase } from '../postgres-database.js';
import { openSqliteDatabase } from '../sqlite-database.js';
import { changingColumns, fixedColumns, toJson } from '../stored-row.js';

const ACTIVE = 1_000;
/** Result of a completed operation, of a typical size. */
const RESULT = { figures: Array.from({ length: 32 }, (_, index) => ({ epoch: index, loss: 1 / 3 + index })) };

/**
 * Inserts `count` operations into an empty store with one statement. Four of five are trainings. The newest thousand
 * are running or pending. Of the others, nine of ten are completed, with a result of 1 kB; the rest failed or were
 * cancelled.
 *
 * @param leaseMs remaining lease of the running and pending operations, ms
 * @returns their ids, oldest first; their epoch is 1
 */
export async function fillOperations(
  { url, stateDir }: OperationStoreLocation,
  count: number,
  leaseMs: number,
): Promise<string[]> {
  const { db, now, close } = await (url === undefined
    ? openSqliteDatabase(join(stateDir, 'ktrdr.db'))
    : openPostgresDatabase(url, { responseTimeoutMs: 600_000 }));
  try {
    if (url === undefined) {
      await sql`pragma synchronous = off`.execute(db);
      await sql`pragma cache_size = -500000`.execute(db);
    } else {
      await sql`alter table operations disable trigger user`.execute(db);
    }
    await sql`
      insert into operations (id, type, status, attempt, epoch, owner, lease_expires_at, cancel_forced, resumable,
        created_at, started_at, completed_at, cancel_reason_json, progress_json, metadata_json, warnings_json,
        error_json, result_json, request_json, search_text)
      with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < ${sql.lit(count)}),
        statuses as (select n, case
          when n > ${sql.lit(count - ACTIVE / 2)} then 'running' when n > ${sql.lit(count - ACTIVE)} then 'pending'
          when n % 20 = 0 then 'failed' when n % 20 = 10 then 'cancelled' else 'completed' end as status from numbers)
      select 'op_' || cast(n as text), case when n % 5 = 0 then 'dummy' else 'training' end, status, 1, 1, 'one',
        ${now} + ${sql.lit(leaseMs)}, 0, 0,
        ${EXAMPLE.created_at}, ${EXAMPLE.created_at},
        case when status in ('running', 'pending') then null else ${EXAMPLE.created_at} end,
        'null', ${EXAMPLE.progress_json}, ${EXAMPLE.metadata_json}, '[]', 'null',
        case when status = 'completed' then ${toJson(RESULT)} else 'null' end, 'null',
        'op_' || cast(n as text) || ' ' || ${EXAMPLE.search_text}
      from statuses`.execute(db);
    if (url === undefined) {
      await sql`pragma wal_checkpoint(truncate)`.execute(db);
    } else {
      await sql`insert into operation_counts (type, status, stripe, count)
        select type, status, 0, count(*) from operations group by type, status`.execute(db);
      await sql`alter table operations enable trigger user`.execute(db);
      await sql`vacuum analyze operations`.execute(db);
      // keep the cost of filling out of the following measurement
      await sql`checkpoint`.execute(db);
    }
    return Array.from({ length: ACTIVE }, (_, index) => `op_${count - ACTIVE + 1 + index}`);
  } finally {
    await close();
  }
}

const operation = newOperation({
  id: 'op',
  type: 'training',
  createdAt: '2026-01-05T10:00:00.000Z',
  metadata: {
    symbols: ['AAPL', 'MSFT'],
    timeframes: ['1h'],
    strategy: 'test_strategy',
    start_date: '2024-01-01',
    end_date: '2024-03-01',
    parameters: { seed: 42, validation_split: 0.2, detailed_analytics: false },
  },
});
const EXAMPLE = { ...fixedColumns(operation), ...changingColumns(operation) };
