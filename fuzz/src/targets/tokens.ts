import { includesRole, ROLES, type Role } from '@ktrdr/contracts';
import fc, { type Arbitrary } from 'fast-check';
import { routesOf, type Document } from '../document.js';
import type { ReceivedAnswer, SentRequest } from '../http.js';
import type { Target } from '../target.js';
import type { Tokens, World } from '../world.js';

/** Who may use a route: everyone, callers with a role, or `null`, nobody with a token. */
type Needed = Role | 'everyone' | null;

interface Case {
  needed: Needed;
  request: SentRequest;
  /** The role of a valid token; `null`: none or an invalid one. */
  role: Role | null;
}

/** A pattern of an id that no operation has. */
const MADE_UP = ['op_training_20260105T100000_k3f9a1b2', 'x', '0', '%2e%2e', '__proto__'];
/** Node refuses longer headers before they are read. */
const MOST_HEADERS_BYTES = 16_384;

/** Headers without a valid token. */
function badHeaders(tokens: Tokens): Arbitrary<SentRequest['headers']> {
  const valid = fc.constantFrom(...ROLES.map((role) => tokens[role]));
  const other = fc.stringMatching(/^ktrdr_[0-9a-f]{12}_[A-Za-z0-9_-]{43}$/);
  const near = fc.oneof(
    fc.tuple(valid, fc.nat(61)).map(([token, length]) => token.slice(0, length)),
    valid.map((token) => token.toUpperCase()),
    fc.tuple(valid, fc.nat(61)).map(([token, at]) => changedAt(token, at)),
    fc.tuple(valid, fc.constantFrom('a', '=', '.', ' x', ',')).map(([token, more]) => token + more),
    fc.tuple(valid, valid).map(([id, secret]) => id.slice(0, 18) + (id === secret ? 'x' : secret.slice(18))),
    fc.constantFrom(tokens.revoked, '', 'null', 'undefined', '*', 'ktrdr_', '../admin', 'true'),
    other,
    fc.constantFrom(1_000, 12_000).map((length) => 'x'.repeat(length)),
    fc.stringMatching(/^[!-~]{0,80}$/),
  );
  const whole = fc.oneof(
    near.map((token) => `Bearer ${token}`),
    fc
      .tuple(fc.constantFrom('', 'Basic ', 'Token ', 'Bearer:', 'Bearer=', 'Bearer Bearer '), valid)
      .map(([scheme, token]) => `${scheme}${token}`),
    valid.map((token) => `Bearer ${token}, Bearer ${token}`),
    fc.stringMatching(/^[ -~]{0,80}$/).map((text) => text.trim()),
  );
  return fc.oneof(
    { weight: 6, arbitrary: whole.map((authorization) => ({ authorization })) },
    fc.constant({}),
    // the same token twice is refused too: a proxy and the service could read different ones
    valid.map((token) => ({ authorization: [`Bearer ${token}`, `Bearer ${token}`] })),
    fc.tuple(whole, valid).map(([bad, token]) => ({ authorization: [bad, `Bearer ${token}`] as string[] })),
    fc
      .tuple(
        fc.constantFrom('x-authorization', 'proxy-authorization', 'cookie', 'x-api-key', 'x-forwarded-user'),
        valid,
      )
      .map(([name, token]) => ({ [name]: `Bearer ${token}` })),
    valid.map((token): SentRequest['headers'] => ({
      authorization: `Bearer ${token}${'x'.repeat(MOST_HEADERS_BYTES)}`,
    })),
  );
}

/** Another character at a place. */
function changedAt(token: string, at: number): string {
  const other = token[at] === 'a' ? 'b' : 'a';
  return token.slice(0, at) + other + token.slice(at + 1);
}

/** The same request with another spelling of its method or path, which a guard could miss. */
function spelled(request: SentRequest, spelling: string): SentRequest {
  const { method, path } = request;
  switch (spelling) {
    case 'head':
      // headers that are too long are refused before the method is known: the answer has a body
      return { ...request, method: method === 'GET' && !hasLongHeaders(request) ? 'HEAD' : method };
    case 'case':
      return { ...request, path: path.toUpperCase() };
    case 'slashes':
      return { ...request, path: `/${path}` };
    case 'slash':
      return { ...request, path: path.replace(/(\?|$)/, '/$1') };
    case 'encoded':
      return { ...request, path: `/%${path.charCodeAt(1).toString(16)}${path.slice(2)}` };
    case 'dots':
      return { ...request, path: `/x/..${path}` };
    case 'parameters':
      return { ...request, path: path.replace(/(\?|$)/, ';x=1$1') };
    case 'method':
      return {
        ...request,
        headers: { ...request.headers, 'x-http-method-override': 'GET', 'x-original-url': '/live' },
      };
    default:
      return request;
  }
}

function hasLongHeaders({ headers }: SentRequest): boolean {
  return JSON.stringify(headers).length > MOST_HEADERS_BYTES;
}

const SPELLINGS = ['head', 'case', 'slashes', 'slash', 'encoded', 'dots', 'parameters', 'method'];

/** Requests with and without valid tokens to every route. */
export async function tokens(world: World): Promise<Target<Case>> {
  const ended = await world.endedOperation();
  const api = await world.api();
  const document = (await (await fetch(`${api.url}/openapi.json`)).json()) as Document;
  const secrets = await world.tokens();
  const known = { id: [ended], duration_seconds: [0.001], iterations: [1], dry_run: [true] };
  const routes = routesOf(document, known, ['getMetrics']).map(({ description, requests }) =>
    fc.record({ needed: fc.constant(neededOf(description)), request: requests }),
  );
  const callers = fc.oneof(
    fc.constantFrom(...ROLES).map((role) => ({
      role,
      headers: { authorization: `Bearer ${secrets[role]}` } as SentRequest['headers'],
    })),
    badHeaders(secrets).map((headers) => ({ role: null, headers })),
  );
  const spellings = fc.oneof(
    { weight: 2, arbitrary: fc.constant('') },
    { weight: 1, arbitrary: fc.constantFrom(...SPELLINGS) },
  );

  async function check({ needed, request, role }: Case): Promise<void> {
    const answer = await world.request(request);
    const may = needed === 'everyone' || (role !== null && needed !== null && includesRole(role, needed));
    if (may) return;
    if (answer.status < 300)
      throw new Error(`${role ?? 'nobody'} gets ${answer.status}, but ${needed} is needed`);
    if (role === null && needed !== null) checkUnauthenticated(answer);
    for (const id of MADE_UP) {
      const path = request.path.replace(ended, id);
      if (path === request.path) return;
      const other = await world.request({ ...request, path });
      if (codeOf(other) !== codeOf(answer))
        throw new Error(`${ended} gets ${codeOf(answer)}, but ${id} gets ${codeOf(other)}`);
    }
  }

  return {
    cases: fc
      .tuple(fc.oneof(...routes), callers, spellings)
      .map(([{ needed, request }, { role, headers }, spelling]) => ({
        needed,
        role,
        request: spelled({ ...request, headers: { ...request.headers, ...headers } }, spelling),
      })),
    check,
  };
}

function neededOf(description: string): Needed {
  if (description.includes('Open to everyone.')) return 'everyone';
  const role = /Role: `(\w+)`/.exec(description)?.[1];
  return role === undefined ? null : (role as Role);
}

/** An address or headers that cannot be read are refused before the token is looked at. */
const BEFORE_TOKENS = [400, 414, 431];

function checkUnauthenticated({ status, text }: ReceivedAnswer): void {
  if (status === 401 || BEFORE_TOKENS.includes(status)) return;
  throw new Error(`without a valid token the answer is ${status}: ${text.slice(0, 300)}`);
}

function codeOf({ status, text }: ReceivedAnswer): string {
  const { error } = text === '' ? {} : (JSON.parse(text) as { error?: { code: string } });
  return `${status} ${error?.code ?? ''}`;
}
