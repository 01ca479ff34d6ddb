import type { AuditEntry, AuditList, ListAuditQuery } from '@ktrdr/contracts';
import { sql, type ExpressionBuilder } from 'kysely';
import type { AuditLimits, AuditLog, NewAuditEntry } from './audit-log.js';
import { RowsStatement } from './rows-statement.js';
import type { Schema } from './schema.js';
import type { StoreAccess } from './store-access.js';
import { canBeStored } from './stored-text.js';

/** Maximum number of entries that one statement removes. */
const REMOVED_AT_ONCE = 5_000;

const COLUMNS = {
  at: 'text',
  caller: 'text',
  token_id: 'text',
  action: 'text',
  target: 'text',
  address: 'text',
  outcome: 'text',
  status: 'integer',
  code: 'text',
  count: 'integer',
} as const satisfies Record<keyof NewAuditEntry, 'text' | 'integer'>;

const INSERT = new RowsStatement<NewAuditEntry>(COLUMNS, (changes) => {
  const names = sql.join(Object.keys(COLUMNS).map((name) => sql.ref(name)));
  return sql`insert into audit_log (${names}) select ${names} from ${changes}`;
});

/** Stores the audit log in the database of the operations. */
export class SqlAuditLog implements AuditLog {
  constructor(private readonly access: StoreAccess) {}

  async append(entries: readonly NewAuditEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const { database } = this.access;
    await this.access.use(() => database.relaxed((tx) => INSERT.run(tx, database, entries)));
  }

  async list({
    caller,
    action,
    outcome,
    limit,
    offset,
  }: Parameters<AuditLog['list']>[0]): Promise<AuditList> {
    if (caller !== undefined && !canBeStored(caller)) return { entries: [], total_count: 0 };
    const matches = matching({ caller, action, outcome });
    const [rows, counted] = await this.access.use(async (db) => [
      await db
        .selectFrom('audit_log')
        .selectAll()
        .where(matches)
        .orderBy('seq', 'desc')
        .limit(limit)
        .offset(offset)
        .execute(),
      await db
        .selectFrom('audit_log')
        .select((of) => of.fn.countAll<number | string>().as('total'))
        .where(matches)
        .executeTakeFirstOrThrow(),
    ]);
    const entries: AuditEntry[] = rows.map(({ seq, ...entry }) => ({ id: seq, ...entry }));
    return { entries, total_count: Number(counted.total) };
  }

  async trim({ refused, other }: AuditLimits): Promise<number> {
    return (await this.trimKind('=', refused)) + (await this.trimKind('!=', other));
  }

  private async trimKind(isRefused: '=' | '!=', most: number): Promise<number> {
    const last = await this.access.use((db) =>
      db
        .selectFrom('audit_log')
        .select('seq')
        .where('outcome', isRefused, 'refused')
        .orderBy('seq', 'desc')
        .offset(most)
        .limit(1)
        .executeTakeFirst(),
    );
    if (last === undefined) return 0;
    let removed = 0;
    for (;;) {
      const { numDeletedRows } = await this.access.use((db) =>
        db
          .deleteFrom('audit_log')
          .where('seq', 'in', (of) =>
            of
              .selectFrom('audit_log')
              .select('seq')
              .where('outcome', isRefused, 'refused')
              .where('seq', '<=', last.seq)
              .orderBy('seq')
              .limit(REMOVED_AT_ONCE),
          )
          .executeTakeFirst(),
      );
      removed += Number(numDeletedRows);
      if (numDeletedRows < BigInt(REMOVED_AT_ONCE)) return removed;
    }
  }
}

function matching(filters: Pick<ListAuditQuery, 'caller' | 'action' | 'outcome'>) {
  return (where: ExpressionBuilder<Schema, 'audit_log'>) =>
    where.and(
      Object.entries(filters).flatMap(([column, value]) =>
        value === undefined ? [] : [where(column as 'caller', '=', value)],
      ),
    );
}
