/** Text columns that are part of an index or a key. */
const INDEXED_TEXT = {
  operations: ['id', 'type', 'status', 'task_id', 'completed_at'],
  operation_history: ['operation_id'],
  operation_counts: ['type', 'status'],
};

/**
 * Changes for speed and upgrades:
 *
 * - The writing process announces a write after the commit. A transaction that notifies would wait until all others
 *   that notify have reached the disk.
 * - Indexed text is sorted by bytes. That is faster to compare, and does not change when the system updates its
 *   locales.
 * - A transaction counts in any free stripe. It waits only if all are locked.
 */
export const POSTGRES_UPKEEP = [
  'drop trigger operations_told on operations',
  'drop function ktrdr_tell_operation()',
  'drop trigger operations_moved on operations',
  ...Object.entries(INDEXED_TEXT).map(([table, columns]) => {
    const changes = columns.map((column) => `alter column ${column} type text collate "C"`);
    return `alter table ${table} ${changes.join(', ')}`;
  }),
  `create or replace function ktrdr_count_operation() returns trigger language plpgsql as $$
   declare
     own_stripe integer := pg_backend_pid() % 16;
   begin
     for step in 1..16 loop
       exit when pg_try_advisory_xact_lock(1802793074, own_stripe);
       own_stripe := (own_stripe + 1) % 16;
       if step = 16 then
         perform pg_advisory_xact_lock(1802793074, own_stripe);
       end if;
     end loop;
     if tg_op <> 'INSERT' then
       insert into operation_counts as counts (type, status, stripe, count)
         values (old.type, old.status, own_stripe, -1)
         on conflict (type, status, stripe) do update set count = counts.count - 1;
     end if;
     if tg_op <> 'DELETE' then
       insert into operation_counts as counts (type, status, stripe, count)
         values (new.type, new.status, own_stripe, 1)
         on conflict (type, status, stripe) do update set count = counts.count + 1;
     end if;
     return null;
   end $$`,
  `create trigger operations_moved after update of status on operations
   for each row when (new.status <> old.status) execute function ktrdr_count_operation()`,
] as const;
