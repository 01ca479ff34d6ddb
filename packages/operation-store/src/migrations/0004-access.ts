import { sql, type Kysely, type Migration } from 'kysely';

const TOKEN_KEPT = 'ktrdr: a token is only ever revoked';
const ENTRY_KEPT = 'ktrdr: an audit entry never changes';

/** Access tokens and the audit log. A token is only ever revoked; an audit entry is only ever removed for its age. */
export function access(dialect: 'sqlite' | 'postgres'): Migration {
  return {
    async up(db: Kysely<unknown>) {
      const text = dialect === 'sqlite' ? sql`text` : sql`text collate "C"`;
      const sequence = dialect === 'sqlite' ? 'integer' : 'bigserial';
      await db.schema
        .createTable('access_tokens')
        .addColumn('id', text, (column) => column.primaryKey().notNull())
        .addColumn('name', text, (column) => column.notNull())
        .addColumn('role', 'text', (column) =>
          column.notNull().check(sql`role in ('read', 'operate', 'admin')`),
        )
        .addColumn('hash', 'text', (column) => column.notNull())
        .addColumn('created_at', 'text', (column) => column.notNull())
        .addColumn('created_by', 'text', (column) => column.notNull())
        .addColumn('revoked_at', 'text')
        .execute();
      await sql`create unique index access_tokens_name on access_tokens (name) where revoked_at is null`.execute(
        db,
      );
      await db.schema
        .createTable('audit_log')
        .addColumn('seq', sequence, (column) =>
          dialect === 'sqlite' ? column.primaryKey().autoIncrement() : column.primaryKey(),
        )
        .addColumn('at', 'text', (column) => column.notNull())
        .addColumn('caller', text)
        .addColumn('token_id', text)
        .addColumn('action', 'text', (column) => column.notNull())
        .addColumn('target', 'text', (column) => column.notNull())
        .addColumn('address', 'text', (column) => column.notNull())
        .addColumn('outcome', 'text', (column) => column.notNull())
        .addColumn('status', 'integer', (column) => column.notNull())
        .addColumn('code', 'text')
        .addColumn('count', 'integer', (column) => column.notNull())
        .execute();
      const triggers = dialect === 'sqlite' ? SQLITE_TRIGGERS : POSTGRES_TRIGGERS;
      for (const statement of triggers) await sql.raw(statement).execute(db);
    },
  };
}

const SQLITE_TRIGGERS = [
  `create trigger access_tokens_update before update on access_tokens
   when old.revoked_at is not null or new.revoked_at is null or (new.id, new.name, new.role, new.hash, new.created_at, new.created_by)
     is not (old.id, old.name, old.role, old.hash, old.created_at, old.created_by)
   begin
     select raise(abort, '${TOKEN_KEPT}');
   end`,
  `create trigger access_tokens_delete before delete on access_tokens
   begin
     select raise(abort, '${TOKEN_KEPT}');
   end`,
  `create trigger audit_log_update before update on audit_log
   begin
     select raise(abort, '${ENTRY_KEPT}');
   end`,
];

const POSTGRES_TRIGGERS = [
  `create function ktrdr_keep_token() returns trigger language plpgsql as $$
   begin
     if tg_op = 'DELETE' then
       raise exception '${TOKEN_KEPT}';
     end if;
     if old.revoked_at is not null or new.revoked_at is null
       or (new.id, new.name, new.role, new.hash, new.created_at, new.created_by)
         is distinct from (old.id, old.name, old.role, old.hash, old.created_at, old.created_by) then
       raise exception '${TOKEN_KEPT}';
     end if;
     return new;
   end $$`,
  `create trigger access_tokens_kept before update or delete on access_tokens
   for each row execute function ktrdr_keep_token()`,
  `create function ktrdr_keep_audit_entry() returns trigger language plpgsql as $$
   begin
     raise exception '${ENTRY_KEPT}';
   end $$`,
  `create trigger audit_log_kept before update on audit_log
   for each row execute function ktrdr_keep_audit_entry()`,
];
