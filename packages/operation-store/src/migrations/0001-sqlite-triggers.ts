/** Rules for changes of an operation's row, and the counts of operations; the same as for PostgreSQL. */
export const SQLITE_TRIGGERS = [
  `create trigger operations_guard before update on operations
   begin
     select raise(abort, 'ktrdr: an operation keeps its id, type and time of creation')
       where new.id <> old.id or new.type <> old.type or new.created_at <> old.created_at;
     select raise(abort, 'ktrdr: an epoch never falls') where new.epoch < old.epoch;
     select raise(abort, 'ktrdr: the states do not allow this change of the status')
       where new.status <> old.status and old.status || '>' || new.status not in (
         'pending>running', 'pending>cancelled', 'running>completed', 'running>failed', 'running>cancelling',
         'cancelling>cancelled', 'cancelling>completed', 'cancelling>failed', 'failed>pending', 'cancelled>pending');
     select raise(abort, 'ktrdr: the next attempt, and it alone, has the next number')
       where new.attempt <> old.attempt + (new.status <> old.status and new.status = 'pending');
     select raise(abort, 'ktrdr: what an ended operation left does not change')
       where old.completed_at is not null and new.status = old.status and (
         new.result_json <> old.result_json or new.error_json <> old.error_json
         or new.completed_at <> old.completed_at);
   end`,
  `create trigger operations_inserted after insert on operations
   begin
     insert into operation_counts (type, status, stripe, count) values (new.type, new.status, 0, 1)
       on conflict (type, status, stripe) do update set count = count + 1;
   end`,
  `create trigger operations_deleted after delete on operations
   begin
     update operation_counts set count = count - 1 where type = old.type and status = old.status and stripe = 0;
   end`,
  `create trigger operations_moved after update of status on operations when new.status <> old.status
   begin
     update operation_counts set count = count - 1 where type = old.type and status = old.status and stripe = 0;
     insert into operation_counts (type, status, stripe, count) values (new.type, new.status, 0, 1)
       on conflict (type, status, stripe) do update set count = count + 1;
   end`,
] as const;
