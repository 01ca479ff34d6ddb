import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { KtrdrError, type Role } from '@ktrdr/contracts';
import { MemoryAuditLog, MemoryTokenStore, type StoredToken } from '@ktrdr/operation-store';
import { FakeClock, RecordingLogger } from '@ktrdr/orchestrator/testing';
import type { Caller } from '@ktrdr/service-kit';
import type { FastifyRequest } from 'fastify';
import { OpenStreams } from '../operations/open-streams.js';
import { AccessController } from './access.controller.js';
import { SessionCookie } from './session-cookie.js';
import { TokenAuthenticator } from './token-authenticator.js';
import { hashOfSecret, newSecret } from './token-secret.js';
import { Tokens } from './tokens.js';

/** Counts the reads, and fails while it is away, or after a change was written. */
class CountedStore extends MemoryTokenStore {
  reads = 0;
  isAway = false;
  failsAfterWrite = false;

  override async create(token: StoredToken): Promise<void> {
    await super.create(token);
    this.isAway = this.failsAfterWrite;
  }

  override async revoke(idOrName: string): Promise<StoredToken | null> {
    const revoked = await super.revoke(idOrName);
    this.isAway = this.failsAfterWrite;
    return revoked;
  }

  override async active(): Promise<StoredToken[]> {
    this.reads += 1;
    if (this.isAway) throw new KtrdrError('store_unavailable', 'The store is away.');
    return super.active();
  }
}

let store: CountedStore;
let clock: FakeClock;
let authenticator: TokenAuthenticator;

beforeEach(async () => {
  store = new CountedStore();
  clock = new FakeClock();
  const cookie = new SessionCookie({ allowedHosts: [] });
  authenticator = await TokenAuthenticator.start(store, clock, new RecordingLogger(), cookie, true);
});

async function create(name: string, role: Role): Promise<string> {
  const { id, secret } = newSecret();
  const hash = hashOfSecret(secret).toString('hex');
  await store.create({ id, name, role, hash, createdAt: '2026-01-05T09:30:00.000Z', createdBy: 'local' });
  return secret;
}

function authenticate(secret: string, scheme = 'Bearer'): Caller {
  const authorization = `${scheme} ${secret}`;
  const request = { headers: { authorization }, raw: { rawHeaders: ['authorization', authorization] } };
  return authenticator.authenticate(request as FastifyRequest);
}

/** Name of the caller with this secret, or the code of the refusal. */
function callerWith(secret: string, scheme?: string): string {
  try {
    return authenticate(secret, scheme).name;
  } catch (error) {
    return (error as KtrdrError).code;
  }
}

/** The service looks at the stored tokens again. */
const aSecondLater = (): Promise<void> => clock.advance(1_000);

test('no request reads the store, whether its token is valid or not', async () => {
  const secret = await create('alice', 'admin');
  await authenticator.refresh();
  const { reads } = store;
  for (let sent = 0; sent < 100; sent++) {
    expect(callerWith(secret)).toBe('alice');
    expect(callerWith(newSecret().secret)).toBe('unauthenticated');
  }
  expect(store.reads).toBe(reads);
});

test('after a token was accepted, every header that is not the same is checked', async () => {
  const secret = await create('alice', 'admin');
  await authenticator.refresh();
  expect(callerWith(secret)).toBe('alice');
  for (let at = 0; at < secret.length; at += 1) {
    const other = secret[at] === 'a' ? 'b' : 'a';
    expect(callerWith(secret.slice(0, at) + other + secret.slice(at + 1))).toBe('unauthenticated');
    expect(callerWith(secret.slice(0, at))).toBe('unauthenticated');
  }
  expect(callerWith(`${secret}a`)).toBe('unauthenticated');
  expect(callerWith(secret, 'Basic')).toBe('unauthenticated');
  for (const scheme of ['bearer', 'Bearer ', 'BEARER', 'Bearer']) {
    expect(callerWith(secret, scheme)).toBe('alice');
    expect(callerWith(secret, scheme)).toBe('alice');
  }
  await store.revoke('alice');
  await authenticator.refresh();
  expect(callerWith(secret)).toBe('unauthenticated');
});

test('a token that another process creates or revokes counts a second later', async () => {
  const secret = await create('bob', 'read');
  expect(callerWith(secret)).toBe('unauthenticated');
  await aSecondLater();
  expect(callerWith(secret)).toBe('bob');
  await store.revoke('bob');
  await aSecondLater();
  expect(callerWith(secret)).toBe('unauthenticated');
});

test('while the store is away, the last known tokens count', async () => {
  const secret = await create('carol', 'read');
  await aSecondLater();
  store.isAway = true;
  await aSecondLater();
  expect(callerWith(secret)).toBe('carol');
  store.isAway = false;
  await store.revoke('carol');
  await aSecondLater();
  expect(callerWith(secret)).toBe('unauthenticated');
});

describe('a store that fails after a change was written', () => {
  const ROOT: Caller = { name: 'root', role: 'admin', tokenId: null };
  let controller: AccessController;

  beforeEach(() => {
    const tokens = new Tokens(store, clock);
    controller = new AccessController(tokens, authenticator, new MemoryAuditLog());
  });

  test('does not lose the secret of a new token, which counts at once', async () => {
    store.failsAfterWrite = true;
    const { token } = await controller.create({ name: 'dora', role: 'admin' }, ROOT);
    expect(callerWith(token)).toBe('dora');
    store.isAway = false;
    await aSecondLater();
    expect(callerWith(token)).toBe('dora');
  });

  test('does not keep a revoked token alive', async () => {
    const secret = await create('eve', 'admin');
    await authenticator.refresh();
    expect(callerWith(secret)).toBe('eve');
    store.failsAfterWrite = true;
    expect(await controller.revoke('eve')).toMatchObject({ name: 'eve' });
    expect(callerWith(secret)).toBe('unauthenticated');
  });
});

test('an event stream ends at once if its token was revoked while the stream was opened', async () => {
  const streams = new OpenStreams(clock, authenticator);
  const [kept, revoked] = await Promise.all([create('kept', 'read'), create('revoked', 'read')]);
  await authenticator.refresh();
  const callers = [authenticate(kept), authenticate(revoked)];
  await store.revoke('revoked');
  await authenticator.refresh();
  const ended = callers.map((caller) => {
    const stream = new ServerResponse(new IncomingMessage(new Socket()));
    streams.add(stream, caller);
    return stream.destroyed;
  });
  expect(ended).toEqual([false, true]);
});
