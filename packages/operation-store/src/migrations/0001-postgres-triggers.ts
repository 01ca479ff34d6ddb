/**
 * Rules for changes of an operation's row, and the counts of operations; the same as for SQLite.
 *
 * Counts are spread over stripes. A transaction locks one stripe before it changes a count, so that transactions do not
 * wait for each other's counts. Writes are announced on the channel `ktrdr_operations`, except for renewed leases.
 */
export const POSTGRES_TRIGGERS = [
  `create function ktrdr_guard_operation() returns trigger language plpgsql as $$
   begin
     if new.id <> old.id or new.type <> old.type or new.created_at <> old.created_at then
       raise exception 'ktrdr: an operation keeps its id, type and time of creation';
     end if;
     if new.epoch < old.epoch then
       raise exception 'ktrdr: an epoch never falls';
     end if;
     if new.status <> old.status and old.status || '>' || new.status not in (
         'pending>running', 'pending>cancelled', 'running>completed', 'running>failed', 'running>cancelling',
         'cancelling>cancelled', 'cancelling>completed', 'cancelling>failed', 'failed>pending', 'cancelled>pending') then
       raise exception 'ktrdr: the states do not allow this change of the status';
     end if;
     if new.attempt <> old.attempt + (new.status <> old.status and new.status = 'pending')::int then
       raise exception 'ktrdr: the next attempt, and it alone, has the next number';
     end if;
     if old.completed_at is not null and new.status = old.status and (
         new.result_json <> old.result_json or new.error_json <> old.error_json
         or new.completed_at <> old.completed_at) then
       raise exception 'ktrdr: what an ended operation left does not change';
     end if;
     return new;
   end $$`,
  `create trigger operations_guard before update on operations
   for each row execute function ktrdr_guard_operation()`,
  `create function ktrdr_count_operation() returns trigger language plpgsql as $$
   declare
     own_stripe constant integer := pg_backend_pid() % 16;
   begin
     perform pg_advisory_xact_lock(1802793074, own_stripe);
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
  `create trigger operations_counted after insert or delete on operations
   for each row execute function ktrdr_count_operation()`,
  `create trigger operations_moved after update of status on operations
   for each row when (new.status <> old.status) execute function ktrdr_count_operation()`,
  `create function ktrdr_tell_operation() returns trigger language plpgsql as $$
   begin
     perform pg_notify('ktrdr_operations', new.id);
     return null;
   end $$`,
  `create trigger operations_told
   after insert or update of status, epoch, cancel_forced, resumable, progress_json, warnings_json on operations
   for each row execute function ktrdr_tell_operation()`,
] as const;
