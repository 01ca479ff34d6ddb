const TABLES = ['training_trials', 'training_trial_bars'] as const;
const KEPT = 'ktrdr: a trial is never changed or removed';

/** A trial stays as it was recorded (I16); the same rule for PostgreSQL below. */
export const SQLITE_TRIAL_TRIGGERS = TABLES.flatMap((table) =>
  ['update', 'delete'].map(
    (change) => `create trigger ${table}_${change} before ${change} on ${table}
     begin
       select raise(abort, '${KEPT}');
     end`,
  ),
);

export const POSTGRES_TRIAL_TRIGGERS = [
  `create function ktrdr_keep_trial() returns trigger language plpgsql as $$
   begin
     raise exception '${KEPT}';
   end $$`,
  ...TABLES.map(
    (table) => `create trigger ${table}_kept before update or delete on ${table}
     for each row execute function ktrdr_keep_trial()`,
  ),
];
