import { OPERATION_STATUSES, isTerminalStatus } from '@ktrdr/contracts';
import type { OperationQuery } from '@ktrdr/orchestrator';
import { sql, type RawBuilder } from 'kysely';
import { LISTED_COLUMNS, type ListedRow } from './stored-row.js';

const ACTIVE_STATUSES = OPERATION_STATUSES.filter((status) => !isTerminalStatus(status));
const ACTIVE = sql.join(ACTIVE_STATUSES.map((status) => sql.lit(status)));
const COLUMNS = sql.join(LISTED_COLUMNS.map((column) => sql.ref(`operations.${column}`)));
const SUM = sql`cast(coalesce(sum(count), 0) as integer)`;

interface Counts {
  total_count: number;
  active_count: number;
}

/** A row of a page. An empty page has one row with the counts only. */
export type PageRow = Counts & (ListedRow | { [Column in keyof ListedRow]: null });

/**
 * A page, newest first, with the counts in each row: a single statement sees a consistent state. The rows of the page
 * are found with an index, and only these are read completely. The limit of a first page is part of the text, because
 * PostgreSQL's generic plan for any limit would expect a tenth of the table.
 */
export function listQuery({ status, type, limit, offset }: OperationQuery): RawBuilder<PageRow> {
  const conditions = [
    ...(status === undefined ? [] : [sql`status = ${status}`]),
    ...(type === undefined ? [] : [sql`type = ${type}`]),
  ];
  const where = conditions.length === 0 ? sql`` : sql`where ${sql.join(conditions, sql` and `)}`;
  const part = offset === 0 ? sql`limit ${sql.lit(limit)}` : sql`limit ${limit} offset ${offset}`;
  return sql<PageRow>`
    select * from (select
      (select ${SUM} from operation_counts ${where}) as total_count,
      (select ${SUM} from operation_counts where status in (${ACTIVE})) as active_count) as counts
    left join (select ${COLUMNS}
      from (select seq from operations ${where} order by seq desc ${part}) as found
      join operations on operations.seq = found.seq) as page on true
    order by page.seq desc`;
}
