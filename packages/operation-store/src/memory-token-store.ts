import { tokenExists } from './sql-token-store.js';
import type { StoredToken, TokenStore } from './token-store.js';

/** Keeps tokens in memory: they are lost when the process ends. */
export class MemoryTokenStore implements TokenStore {
  private tokens: StoredToken[] = [];
  private ever = false;

  async create(token: StoredToken): Promise<void> {
    if (this.tokens.some(({ name }) => name === token.name)) throw tokenExists(token.name);
    this.tokens.push({ ...token });
    this.ever = true;
  }

  async revoke(idOrName: string): Promise<StoredToken | null> {
    const revoked = this.tokens.find(({ id, name }) => id === idOrName || name === idOrName);
    this.tokens = this.tokens.filter((token) => token !== revoked);
    return revoked ?? null;
  }

  async active(): Promise<StoredToken[]> {
    return this.tokens
      .toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1))
      .map((token) => ({ ...token }));
  }

  async everCreated(): Promise<boolean> {
    return this.ever;
  }
}
