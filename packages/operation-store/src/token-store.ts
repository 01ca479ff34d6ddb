import type { Role } from '@ktrdr/contracts';

/** An access token as it is stored: the hash of its secret, never the secret. */
export interface StoredToken {
  id: string;
  name: string;
  role: Role;
  /** SHA-256 of the whole secret, in hexadecimal. */
  hash: string;
  /** ISO 8601. */
  createdAt: string;
  /** Name of the caller that created it. */
  createdBy: string;
}

/**
 * The access tokens. A token never changes; it can only be revoked, and its record stays (I17).
 *
 * Every implementation runs `tokenStoreConformance` of `@ktrdr/operation-store/testing`.
 */
export interface TokenStore {
  /** @throws KtrdrError `token_exists` if a token that is not revoked has this name; `store_unavailable` */
  create(token: StoredToken): Promise<void>;

  /**
   * Revokes the token with this id, or the one with this name.
   *
   * @param at ISO 8601
   * @returns the token, or `null` if there is none that is not revoked
   * @throws KtrdrError `store_unavailable`
   */
  revoke(idOrName: string, at: string): Promise<StoredToken | null>;

  /** The tokens that are not revoked, oldest first. @throws KtrdrError `store_unavailable` */
  active(): Promise<StoredToken[]>;

  /** True if a token has ever been created. @throws KtrdrError `store_unavailable` */
  everCreated(): Promise<boolean>;
}
