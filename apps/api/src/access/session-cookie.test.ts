import { describe, expect, test } from '@jest/globals';
import type { FastifyReply } from 'fastify';
import { SessionCookie } from './session-cookie.js';
import { newSecret } from './token-secret.js';

const cookie = new SessionCookie({ allowedHosts: ['api.example.net'] });
const { secret } = newSecret();

function sent(headers: Record<string, string>, method = 'GET', protocol: 'http' | 'https' = 'http') {
  return { headers: { host: 'localhost:8000', ...headers }, method, protocol };
}

/** The header that `set` writes. */
function headerOf(request: ReturnType<typeof sent>, token = secret): string {
  const headers: Record<string, string> = {};
  const reply = { header: (name: string, value: string) => (headers[name] = value) };
  cookie.set(reply as unknown as FastifyReply, request, token);
  return headers['set-cookie'] ?? '';
}

test('no script and no other site can read it, and over HTTPS no other host can set it', () => {
  expect(headerOf(sent({}))).toBe(
    `ktrdr_session_8000=${secret}; Path=/; Max-Age=2592000; HttpOnly; SameSite=Strict`,
  );
  expect(headerOf(sent({ host: 'api.example.net' }, 'POST', 'https'))).toBe(
    `__Host-ktrdr_session_443=${secret}; Path=/; Max-Age=2592000; HttpOnly; SameSite=Strict; Secure`,
  );
});

describe('the token', () => {
  test('of each service is found by the port that the browser sees', () => {
    const [mine, theirs] = [newSecret().secret, newSecret().secret];
    const headers = { cookie: `other=1; ktrdr_session_8001=${theirs}; ktrdr_session_8000=${mine}` };
    expect(cookie.tokenOf(sent(headers))).toBe(mine);
    expect(cookie.tokenOf(sent({ ...headers, host: '127.0.0.1:8001' }))).toBe(theirs);
    expect(cookie.tokenOf(sent({ ...headers, host: 'localhost' }))).toBeNull();
    expect(cookie.tokenOf(sent(headers, 'GET', 'https'))).toBeNull();
  });

  test.each([
    ['none', ''],
    ['something else', 'ktrdr_session_8000=abc'],
    ['an empty one', 'ktrdr_session_8000='],
    ['two', `ktrdr_session_8000=${secret}; ktrdr_session_8000=${secret}`],
    ['quoted', `ktrdr_session_8000="${secret}"`],
    ['a longer one', `ktrdr_session_8000=${secret}a`],
    ['of a name that only begins so', `xktrdr_session_8000=${secret}`],
  ])('is null for %s', (_what, value) => {
    expect(cookie.tokenOf(sent({ cookie: value }))).toBeNull();
  });
});

describe('a request', () => {
  const OWN = 'http://localhost:8000';
  test.each<[boolean, string, Record<string, string>]>([
    [true, 'GET', { 'sec-fetch-site': 'same-origin' }],
    [true, 'GET', { 'sec-fetch-site': 'none' }],
    [true, 'POST', { 'sec-fetch-site': 'same-origin', origin: OWN }],
    [true, 'DELETE', { origin: OWN }],
    // an address without HTTPS: browsers send neither header with a read
    [true, 'GET', {}],
    [true, 'HEAD', {}],
    [true, 'POST', { host: 'proxy:8000', origin: 'https://api.example.net' }],
    // another port of this host is the same site
    [false, 'GET', { 'sec-fetch-site': 'same-site' }],
    [false, 'POST', { 'sec-fetch-site': 'same-site', origin: 'http://localhost:3000' }],
    [false, 'GET', { 'sec-fetch-site': 'cross-site' }],
    [false, 'POST', { origin: 'http://localhost:3000' }],
    [false, 'POST', { origin: 'http://127.0.0.1:8000' }],
    [false, 'POST', { origin: 'https://evil.example' }],
    [false, 'GET', { origin: 'https://evil.example' }],
    [false, 'POST', { origin: 'null' }],
    [false, 'POST', { origin: '' }],
    // headers that do not fit together
    [false, 'POST', { 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' }],
    [false, 'POST', { 'sec-fetch-site': 'cross-site', origin: OWN }],
    // every browser names the origin of a change
    [false, 'POST', {}],
    [false, 'DELETE', {}],
  ])('is one of our own page: %s (%s %j)', (isOwn, method, headers) => {
    expect(cookie.isFromOwnPage(sent(headers, method))).toBe(isOwn);
  });
});
