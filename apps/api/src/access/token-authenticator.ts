import { timingSafeEqual } from 'node:crypto';
import {
  KtrdrError,
  isOutage,
  type AccessToken,
  type CreatedToken,
  type RevokedToken,
} from '@ktrdr/contracts';
import type { Clock, OrchestratorLogger } from '@ktrdr/orchestrator';
import type { TokenStore } from '@ktrdr/operation-store';
import { authorizationOf, exposedBy, localCaller, secretOf, unauthenticated } from '@ktrdr/service-kit';
import type { Authenticator, Caller, ListenSettings } from '@ktrdr/service-kit';
import type { BeforeApplicationShutdown } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { SessionCookie } from './session-cookie.js';
import { AcceptedHeader, hashOfSecret, idOfHeader, idOfSecret } from './token-secret.js';

/** Time between two looks at the stored tokens, ms: another API or a command may have changed them. */
const REFRESH_MS = 1_000;

/** A token that is valid now. */
interface KnownToken {
  hash: Buffer;
  caller: Caller;
  /** The header that it was last accepted with; `null` if it was not used yet. */
  header: AcceptedHeader | null;
}

/**
 * Knows callers by their tokens, in an Authorization header or in the session cookie of a browser. The header counts if a request has
 * both. Keeps the tokens in memory: a request reads no database. A change of this API counts at
 * once, a change of another one within two seconds. While the store is unavailable, the last known tokens count.
 *
 * Without any token, everyone who can reach the service is the local caller. The first token ends that for good: revoking
 * the last token locks the service, it does not open it.
 */
export class TokenAuthenticator implements Authenticator, BeforeApplicationShutdown {
  private tokens: ReadonlyMap<string, KnownToken> = new Map();
  private cancelTimer = (): void => {};
  private stopped = false;
  private reading: Promise<void> = Promise.resolve();
  private readonly listeners = new Set<() => void>();

  private constructor(
    private readonly store: TokenStore,
    private readonly clock: Clock,
    private readonly logger: OrchestratorLogger,
    private readonly cookie: SessionCookie,
    private needsToken: boolean,
  ) {}

  /**
   * Reads the tokens, and again every second.
   *
   * @param exposed true if the service can be reached from other machines
   * @throws KtrdrError `store_unavailable`; `invalid_setting` if the service is exposed and has no token
   */
  static async start(
    store: TokenStore,
    clock: Clock,
    logger: OrchestratorLogger,
    cookie: SessionCookie,
    exposed: boolean,
  ): Promise<TokenAuthenticator> {
    const authenticator = new TokenAuthenticator(store, clock, logger, cookie, exposed);
    await authenticator.refresh();
    authenticator.refreshLater();
    return authenticator;
  }

  authenticate(request: FastifyRequest): Caller {
    if (!this.needsToken) return localCaller(request);
    const authorization = authorizationOf(request);
    if (authorization !== null) return this.callerOfHeader(authorization);
    const ofSession = this.cookie.tokenOf(request);
    if (ofSession === null) throw unauthenticated(`This request needs an access token. ${HOW_TO}`);
    if (!this.cookie.isFromOwnPage(request))
      throw unauthenticated(
        `The session cookie counts only for requests of this service's own page. ${HOW_TO}`,
      );
    return this.callerOfToken(ofSession);
  }

  /** @throws KtrdrError `unauthenticated` for a token that is unknown or was revoked */
  callerOfToken(secret: string): Caller {
    return this.knownTokenOf(secret).caller;
  }

  private callerOfHeader(authorization: string): Caller {
    const seen = this.tokens.get(idOfHeader(authorization));
    if (seen?.header?.is(authorization)) return seen.caller;
    const known = this.knownTokenOf(secretOf(authorization));
    known.header = new AcceptedHeader(authorization);
    return known.caller;
  }

  private knownTokenOf(secret: string): KnownToken {
    const known = this.tokens.get(idOfSecret(secret) ?? '');
    if (known === undefined || !timingSafeEqual(known.hash, hashOfSecret(secret)))
      throw unauthenticated(`This access token is not valid: it is unknown or was revoked. ${HOW_TO}`);
    return known;
  }

  /** True if a caller that was authenticated before still may use the service. */
  isStillValid({ tokenId }: Caller): boolean {
    return tokenId === null ? !this.needsToken : this.tokens.has(tokenId);
  }

  /** Calls `listener` after each change of the tokens. */
  onChange(listener: () => void): void {
    this.listeners.add(listener);
  }

  /** Reads the tokens now, after any read in progress. @throws KtrdrError `store_unavailable` */
  refresh(): Promise<void> {
    this.reading = this.reading.then(
      () => this.read(),
      () => this.read(),
    );
    return this.reading;
  }

  /** This API has stored a token: it counts from now on, and its secret is not lost if the store cannot be read again. */
  async created(token: CreatedToken): Promise<void> {
    const known = knownToken(token, hashOfSecret(token.token));
    await this.changed((tokens) => tokens.set(token.id, known));
  }

  /** This API has revoked a token: it ends now, also if the store cannot be read again. */
  async revoked({ id }: RevokedToken): Promise<void> {
    await this.changed((tokens) => tokens.delete(id));
  }

  /** Reads the tokens now. If that fails, makes the same change to the known tokens: the store has the change already. */
  private async changed(change: (tokens: Map<string, KnownToken>) => void): Promise<void> {
    try {
      await this.refresh();
    } catch (error) {
      this.report(error);
      const tokens = new Map(this.tokens);
      change(tokens);
      this.replace(tokens, true);
    }
  }

  private async read(): Promise<void> {
    const active = await this.store.active();
    const needsToken = this.needsToken || active.length > 0 || (await this.store.everCreated());
    const isSame =
      needsToken === this.needsToken &&
      active.length === this.tokens.size &&
      active.every(({ id }) => this.tokens.has(id));
    if (isSame) return;
    this.replace(
      new Map(active.map((token) => [token.id, knownToken(token, Buffer.from(token.hash, 'hex'))])),
      needsToken,
    );
  }

  private replace(tokens: ReadonlyMap<string, KnownToken>, needsToken: boolean): void {
    this.needsToken = needsToken;
    this.tokens = tokens;
    for (const listener of this.listeners) listener();
  }

  beforeApplicationShutdown(): void {
    this.stopped = true;
    this.cancelTimer();
  }

  /** An outage is reported by the store itself. */
  private report(error: unknown): void {
    if (!isOutage(error)) this.logger.error('the access tokens could not be read', { error });
  }

  private refreshLater(): void {
    this.cancelTimer = this.clock.setTimer(REFRESH_MS, () => {
      this.refresh()
        .catch((error: unknown) => this.report(error))
        .finally(() => {
          if (!this.stopped) this.refreshLater();
        });
    });
  }
}

function knownToken({ id, name, role }: Pick<AccessToken, 'id' | 'name' | 'role'>, hash: Buffer): KnownToken {
  return { hash, caller: { name, role, tokenId: id }, header: null };
}

const HOW_TO = 'Send it as "Authorization: Bearer <token>"; for the command line: ktrdr login';

/**
 * Refuses to run a service that others can reach and that has no token.
 *
 * @throws KtrdrError `invalid_setting`, `store_unavailable`
 */
export async function requireTokenIfExposed(settings: ListenSettings, store: TokenStore): Promise<void> {
  const setting = exposedBy(settings);
  if (setting === null || (await store.active()).length > 0) return;
  throw new KtrdrError(
    'invalid_setting',
    `With the setting ${setting} other machines can reach the API, so it needs an access token, and there is none. Create one with ktrdr token create --role admin --name NAME while the API listens on 127.0.0.1, or without the API: npm start -- token create --role admin --name NAME`,
  );
}
