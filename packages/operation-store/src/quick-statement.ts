import { sql, type RawBuilder } from 'kysely';
import { statusAssignments, STATUS_COLUMNS } from './changed-rows.js';
import { INSERTED_COLUMNS, insertedNames, type OperationRow } from './insert-operations.js';
import { HISTORY_COLUMNS } from './sql-history.js';
import { PHASES_COLUMNS } from './sql-records.js';

/** A row to insert. */
export type NewRow = OperationRow & {
  /** Largest number of pending operations of its type; `null`: no limit. */
  most_pending: number | null;
};

/**
 * Writes a group of changes. Its parameters are rows as JSON: changed rows with the version that they must have, new rows, lines of
 * histories, and phases. It returns the ids and versions of the rows that it has written; other rows stay unchanged. It locks rows in the
 * order of their ids, as a transaction of several statements does.
 *
 * @param durable `false`: the transaction does not wait for the disk
 */
export function quickStatement(now: RawBuilder<number>, durable: boolean): RawBuilder<unknown> {
  const history = names(HISTORY_COLUMNS);
  const phases = names(PHASES_COLUMNS);
  return sql`with changes as materialized (
      select * from ${recordset(1, { ...STATUS_COLUMNS, version: 'xid', rewritten: 'boolean' })}),
    locked as materialized (
      select operations.id, changes.version, changes.rewritten
      from changes join operations on operations.id = changes.id
      where operations.xmin = changes.version order by operations.id for update of operations),
    updated as (
      update operations set ${statusAssignments(now)}
      from changes join locked on locked.id = changes.id
      where operations.id = changes.id and changes.rewritten
      returning operations.id, operations.xmin as version),
    created as materialized (select * from ${recordset(2, { ...INSERTED_COLUMNS, most_pending: 'integer' })}),
    inserted as (
      insert into operations (${insertedNames()}, lease_expires_at)
      select ${insertedNames()}, ${now} + lease_ms from created
      where most_pending is null or most_pending >=
        (select coalesce(sum(count), 0) from operation_counts where type = created.type and status = 'pending')
        + (select count(*) from created as together where together.type = created.type)
      on conflict do nothing returning id, xmin as version),
    written as materialized (
      select locked.id, coalesce(updated.version, locked.version) as version
      from locked left join updated on updated.id = locked.id
      where updated.id is not null or not locked.rewritten
      union all select id, version from inserted),
    lines as (
      insert into operation_history (${history}) select ${history} from ${recordset(3, HISTORY_COLUMNS)}
      where operation_id in (select id from written)),
    phases as (
      insert into operation_phases (${phases}) select ${phases} from ${recordset(4, PHASES_COLUMNS)}
      where operation_id in (select id from written)
      on conflict (operation_id) do update set phases_json = excluded.phases_json)
    select id, version::text as version from written${
      durable ? sql`` : sql` union all select null, set_config('synchronous_commit', 'off', true)`
    }`;
}

/** The rows of a parameter. */
function recordset(number: number, columns: Readonly<Record<string, string>>): RawBuilder<unknown> {
  const typed = Object.entries(columns).map(([name, type]) => sql`${sql.ref(name)} ${sql.raw(type)}`);
  return sql`json_to_recordset(${sql.raw(`$${number}`)}::json) as changes(${sql.join(typed)})`;
}

function names(columns: Readonly<Record<string, string>>): RawBuilder<unknown> {
  return sql.join(Object.keys(columns).map((name) => sql.ref(name)));
}
