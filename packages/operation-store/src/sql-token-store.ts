import { KtrdrError } from '@ktrdr/contracts';
import type { Selectable } from 'kysely';
import type { AccessTokensTable } from './schema.js';
import type { StoreAccess } from './store-access.js';
import type { StoredToken, TokenStore } from './token-store.js';

/** Stores tokens in the database of the operations. */
export class SqlTokenStore implements TokenStore {
  constructor(private readonly access: StoreAccess) {}

  async create({ id, name, role, hash, createdAt, createdBy }: StoredToken): Promise<void> {
    const created = await this.access.use((db) =>
      db
        .insertInto('access_tokens')
        .values({ id, name, role, hash, created_at: createdAt, created_by: createdBy, revoked_at: null })
        .onConflict((conflict) => conflict.doNothing())
        .returning('id')
        .executeTakeFirst(),
    );
    if (created === undefined) throw tokenExists(name);
  }

  async revoke(idOrName: string, at: string): Promise<StoredToken | null> {
    const revoked = await this.access.use((db) =>
      db
        .updateTable('access_tokens')
        .set({ revoked_at: at })
        .where('revoked_at', 'is', null)
        .where((where) => where.or([where('id', '=', idOrName), where('name', '=', idOrName)]))
        .returningAll()
        .executeTakeFirst(),
    );
    return revoked === undefined ? null : tokenOf(revoked);
  }

  async active(): Promise<StoredToken[]> {
    const rows = await this.access.use((db) =>
      db
        .selectFrom('access_tokens')
        .selectAll()
        .where('revoked_at', 'is', null)
        .orderBy('created_at')
        .orderBy('id')
        .execute(),
    );
    return rows.map(tokenOf);
  }

  async everCreated(): Promise<boolean> {
    const row = await this.access.use((db) =>
      db.selectFrom('access_tokens').select('id').limit(1).executeTakeFirst(),
    );
    return row !== undefined;
  }
}

/** A `token_exists` error. */
export function tokenExists(name: string): KtrdrError {
  return new KtrdrError(
    'token_exists',
    `There is a token named ${name}. Choose another name, or revoke that one first: ktrdr token revoke ${name}`,
  );
}

function tokenOf(row: Selectable<AccessTokensTable>): StoredToken {
  const { id, name, role, hash, created_at: createdAt, created_by: createdBy } = row;
  return { id, name, role, hash, createdAt, createdBy };
}
