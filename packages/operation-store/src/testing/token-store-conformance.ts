import assert from 'node:assert/strict';
import type { StoredToken, TokenStore } from '../token-store.js';

/** Creates an empty store; `close` releases its resources. */
export type TokenStoreFactory = () => Promise<{ tokens: TokenStore; close?: () => Promise<void> }>;

const AT = '2026-01-05T10:00:00.000Z';

function token(id: string, name: string, other: Partial<StoredToken> = {}): StoredToken {
  return { id, name, role: 'operate', hash: id.repeat(8), createdAt: AT, createdBy: 'local', ...other };
}

/** Requirements for every `TokenStore`. Each case gets its own store. */
export function tokenStoreConformance(factory: TokenStoreFactory) {
  return Object.entries(CASES).map(([name, check]) => ({
    name,
    run: async () => {
      const { tokens, close } = await factory();
      try {
        await check(tokens);
      } finally {
        await close?.();
      }
    },
  }));
}

const CASES: Record<string, (tokens: TokenStore) => Promise<void>> = {
  'an empty store has no token and never had one': async (tokens) => {
    assert.deepEqual(await tokens.active(), []);
    assert.equal(await tokens.everCreated(), false);
    assert.equal(await tokens.revoke('nobody', AT), null);
  },

  'tokens are returned exactly, oldest first': async (tokens) => {
    const later = token('bbbb', 'later', { role: 'admin', createdAt: '2026-01-06T10:00:00.000Z' });
    const first = token('cccc', 'first', { role: 'read', createdBy: 'somebody' });
    await tokens.create(later);
    await tokens.create(first);
    assert.deepEqual(await tokens.active(), [first, later]);
    assert.equal(await tokens.everCreated(), true);
  },

  'a revoked token is gone, by its id or by its name, once': async (tokens) => {
    const [one, two] = [token('aaaa', 'one'), token('bbbb', 'two')];
    await tokens.create(one);
    await tokens.create(two);
    assert.deepEqual(await tokens.revoke('aaaa', AT), one);
    assert.deepEqual(await tokens.revoke('two', AT), two);
    assert.equal(await tokens.revoke('aaaa', AT), null);
    assert.equal(await tokens.revoke('two', AT), null);
    assert.deepEqual(await tokens.active(), []);
    assert.equal(await tokens.everCreated(), true);
  },

  'a name is used once at a time, and again after its token is revoked': async (tokens) => {
    await tokens.create(token('aaaa', 'one'));
    await assert.rejects(tokens.create(token('bbbb', 'one')), { code: 'token_exists' });
    await tokens.revoke('one', AT);
    await tokens.create(token('cccc', 'one'));
    assert.deepEqual(
      (await tokens.active()).map(({ id }) => id),
      ['cccc'],
    );
  },

  'of tokens that are created with one name at the same time, one is kept': async (tokens) => {
    const ids = Array.from({ length: 10 }, (_, index) => `id-${index}`);
    const created = await Promise.allSettled(ids.map((id) => tokens.create(token(id, 'one'))));
    assert.equal(created.filter(({ status }) => status === 'fulfilled').length, 1);
    assert.equal((await tokens.active()).length, 1);
  },
};
