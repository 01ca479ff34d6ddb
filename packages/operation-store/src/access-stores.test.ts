import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { MemoryAuditLog } from './memory-audit-log.js';
import { MemoryTokenStore } from './memory-token-store.js';
import { openOperationStore } from './open-operation-store.js';
import { openPostgresDatabase } from './postgres-database.js';
import { openSqliteDatabase } from './sqlite-database.js';
import {
  PostgresServer,
  auditLogConformance,
  emptyPostgres,
  emptySqlite,
  tokenStoreConformance,
  type EmptyStore,
} from './testing/index.js';

let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start();
});
afterAll(() => server?.stop());

describe('tokens and audit log in memory', () => {
  test.each(tokenStoreConformance(async () => ({ tokens: new MemoryTokenStore() })))('$name', ({ run }) =>
    run(),
  );
  test.each(auditLogConformance(async () => ({ audit: new MemoryAuditLog() })))('$name', ({ run }) => run());
});

const STORES: Record<string, () => Promise<EmptyStore>> = {
  SQLite: emptySqlite,
  PostgreSQL: () => emptyPostgres(server),
};

describe.each(Object.entries(STORES))('tokens and audit log in %s', (_name, empty) => {
  async function open() {
    const { location, remove } = await empty();
    const store = await openOperationStore(location);
    const close = async () => {
      await store.close();
      await remove();
    };
    return { location, store, tokens: store.tokens, audit: store.audit, close };
  }

  test.each(tokenStoreConformance(open))('$name', ({ run }) => run());
  test.each(auditLogConformance(open))('$name', ({ run }) => run());

  test('another process sees them, and nobody can change them', async () => {
    const { location, tokens, audit, close } = await open();
    const token = {
      id: 'aaaa',
      name: 'one',
      role: 'admin',
      hash: 'h',
      createdAt: 'then',
      createdBy: 'local',
    } as const;
    await tokens.create(token);
    await tokens.create({ ...token, id: 'bbbb', name: 'two' });
    await tokens.revoke('two', 'now');
    await audit.append([
      {
        at: 'then',
        caller: 'one',
        token_id: 'aaaa',
        action: 'delete',
        target: 'm/1h_v1',
        address: '127.0.0.1',
        outcome: 'done',
        status: 200,
        code: null,
        count: 1,
      },
    ]);
    const database = await (location.url === undefined
      ? openSqliteDatabase(join(location.stateDir, 'ktrdr.db'))
      : openPostgresDatabase(location.url));
    for (const statement of [
      `update access_tokens set role = 'admin', revoked_at = 'now' where id = 'aaaa' and false or role = 'admin' and id = 'bbbb'`,
      `update access_tokens set revoked_at = null where id = 'bbbb'`,
      `update access_tokens set hash = 'x', revoked_at = 'now' where id = 'aaaa'`,
      `update access_tokens set role = 'read' where id = 'aaaa'`,
      'delete from access_tokens',
    ])
      await expect(sql.raw(statement).execute(database.db)).rejects.toThrow(
        /ktrdr: a token is only ever revoked/,
      );
    await expect(sql.raw(`update audit_log set caller = 'two'`).execute(database.db)).rejects.toThrow(
      /ktrdr: an audit entry never changes/,
    );
    await database.close();
    const again = await openOperationStore(location);
    expect(await again.tokens.active()).toEqual([token]);
    expect((await again.audit.list({ limit: 1, offset: 0 })).total_count).toBe(1);
    await again.close();
    await close();
  });
});
