import {
  KtrdrError,
  LOCAL_CALLER,
  ROLES,
  USER_PATTERN,
  shown,
  type AccessToken,
  type CreateTokenRequest,
  type CreatedToken,
  type RevokedToken,
} from '@ktrdr/contracts';
import type { Clock } from '@ktrdr/orchestrator';
import type { StoredToken, TokenStore } from '@ktrdr/operation-store';
import { hashOfSecret, newSecret } from './token-secret.js';

/** Every API keeps all tokens in memory. */
const MAX_TOKENS = 1_000;
/** Ids have this form, so names must not. */
const ID = /^[0-9a-f]{12}$/;

/** Creates, lists and revokes tokens: for the routes, and for the command beside the service. */
export class Tokens {
  constructor(
    private readonly store: TokenStore,
    private readonly clock: Clock,
  ) {}

  async list(): Promise<AccessToken[]> {
    return (await this.store.active()).map(publicToken);
  }

  /**
   * @param createdBy name of the caller
   * @throws KtrdrError `invalid_name`, `invalid_request`, `token_exists`, `store_unavailable`
   */
  async create({ name, role }: CreateTokenRequest, createdBy: string): Promise<CreatedToken> {
    checkName(name);
    const tokens = await this.store.active();
    if (role !== 'admin' && !tokens.some((token) => token.role === 'admin')) {
      throw new KtrdrError(
        'invalid_request',
        'The first token must be an admin token, because from then on only admins can create tokens: ktrdr token create --role admin --name NAME',
      );
    }
    if (tokens.length >= MAX_TOKENS) {
      throw new KtrdrError(
        'invalid_request',
        `There are ${MAX_TOKENS} tokens, and no more are allowed. Revoke some that nobody uses: ktrdr token list`,
      );
    }
    const { id, secret } = newSecret();
    const token: StoredToken = {
      id,
      name,
      role,
      hash: hashOfSecret(secret).toString('hex'),
      createdAt: this.now(),
      createdBy,
    };
    await this.store.create(token);
    return { ...publicToken(token), token: secret };
  }

  /** @throws KtrdrError `token_not_found`, `store_unavailable` */
  async revoke(idOrName: string): Promise<RevokedToken> {
    const revokedAt = this.now();
    const revoked = isIdOrName(idOrName) ? await this.store.revoke(idOrName, revokedAt) : null;
    if (revoked === null) {
      throw new KtrdrError(
        'token_not_found',
        `There is no token with the id or name ${shown(idOrName)}. List all tokens: ktrdr token list`,
      );
    }
    return { ...publicToken(revoked), revoked_at: revokedAt };
  }

  private now(): string {
    return new Date(this.clock.now()).toISOString();
  }
}

/** True for one of the roles. */
export function isRole(text: string | undefined): text is CreateTokenRequest['role'] {
  return ROLES.some((role) => role === text);
}

function isIdOrName(text: string): boolean {
  return USER_PATTERN.test(text);
}

function checkName(name: string): void {
  if (!USER_PATTERN.test(name)) {
    throw new KtrdrError(
      'invalid_name',
      `${shown(name)} is not a token name: it must be 1 to 64 letters, digits, ".", "_", "@" and "-", starting with a letter or digit.`,
    );
  }
  if (name.toLowerCase() === LOCAL_CALLER || ID.test(name))
    throw new KtrdrError('invalid_name', `No token can have the name ${shown(name)}. Choose another name.`);
}

function publicToken({ id, name, role, createdAt, createdBy }: StoredToken): AccessToken {
  return { id, name, role, created_at: createdAt, created_by: createdBy };
}
