import { OPERATION_STATUSES, isTerminalStatus } from '@ktrdr/contracts';
import { searchWords, type OperationQuery } from '@ktrdr/orchestrator';
import { sql, type RawBuilder } from 'kysely';
import { canBeStored } from './stored-text.js';
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
export function listQuery(query: OperationQuery): RawBuilder<PageRow> {
  const { limit, offset } = query;
  const counted = countedConditions(query);
  const others = otherConditions(query);
  const where = whereAll([...counted, ...others]);
  const part = offset === 0 ? sql`limit ${sql.lit(limit)}` : sql`limit ${limit} offset ${offset}`;
  const total =
    others.length === 0
      ? sql`select ${SUM} from operation_counts ${whereAll(counted)}`
      : sql`select cast(count(*) as integer) from operations ${where}`;
  return sql<PageRow>`
    select * from (select
      (${total}) as total_count,
      (select ${SUM} from operation_counts where status in (${ACTIVE})) as active_count) as counts
    left join (select ${COLUMNS}
      from (select seq from operations ${where} order by seq desc ${part}) as found
      join operations on operations.seq = found.seq) as page on true
    order by page.seq desc`;
}

/** Conditions on the columns that `operation_counts` has too. */
function countedConditions({ statuses, types }: OperationQuery): RawBuilder<unknown>[] {
  return [
    ...(statuses === undefined ? [] : [sql`status in (${sql.join(statuses)})`]),
    ...(types === undefined ? [] : [sql`type in (${sql.join(types)})`]),
  ];
}

function otherConditions({ createdFrom, createdBefore, search }: OperationQuery): RawBuilder<unknown>[] {
  return [
    ...(createdFrom === undefined ? [] : [sql`created_at >= ${createdFrom}`]),
    ...(createdBefore === undefined ? [] : [sql`created_at < ${createdBefore}`]),
    ...searchWords(search).map(contains),
  ];
}

function contains(word: string): RawBuilder<unknown> {
  // PostgreSQL refuses such a text, and no stored one contains it
  if (!canBeStored(word)) return sql`1 = 0`;
  return sql`search_text like ${containing(word)} escape '\\'`;
}

function containing(word: string): string {
  return `%${word.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
}

function whereAll(conditions: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  return conditions.length === 0 ? sql`` : sql`where ${sql.join(conditions, sql` and `)}`;
}
