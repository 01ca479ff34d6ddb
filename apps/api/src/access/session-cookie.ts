import { TOKEN_PATTERN } from '@ktrdr/contracts';
import { hostOf, isOriginOf, type ListenSettings } from '@ktrdr/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Thirty days, in seconds. */
const LIFETIME_S = 2_592_000;
const READS = new Set(['GET', 'HEAD']);
/** Values of `Sec-Fetch-Site` for requests from a page of this origin, and from a user who entered the address. */
const OWN_SITES = new Set(['same-origin', 'none']);

type SentRequest = Pick<FastifyRequest, 'headers' | 'method' | 'protocol'>;

/**
 * The cookie that holds a browser's token. Scripts cannot read it, and the browser sends it to pages of the same site only. A site is a
 * host with all its ports, so the cookie counts only if the request comes from a page of this very origin.
 */
export class SessionCookie {
  /** Names from `ALLOWED_HOSTS`. */
  private readonly allowed: ReadonlySet<string>;

  constructor({ allowedHosts }: Pick<ListenSettings, 'allowedHosts'>) {
    this.allowed = new Set(allowedHosts);
  }

  /** The token of the cookie; `null` if the request has no such cookie, or two of that name. */
  tokenOf(request: SentRequest): string | null {
    const start = `${nameOf(request)}=`;
    const found = (request.headers.cookie ?? '')
      .split(';')
      .map((part) => part.trim())
      .filter((part) => part.startsWith(start));
    const token = found[0]?.slice(start.length) ?? '';
    return found.length === 1 && TOKEN_PATTERN.test(token) ? token : null;
  }

  /**
   * True if a page of this service sent the request, or the user entered its address. Browsers name the origin of every request that
   * changes something, and over HTTPS and on loopback the site of every request.
   */
  isFromOwnPage(request: SentRequest): boolean {
    return this.isNotForeign(request) && (saysWhereFrom(request) || READS.has(request.method));
  }

  /** True unless the request says that a page of another origin sent it. Programs that are no browsers say nothing. */
  isNotForeign(request: SentRequest): boolean {
    const { origin } = request.headers;
    const site = request.headers['sec-fetch-site'];
    return (
      (site === undefined || OWN_SITES.has(String(site))) &&
      (origin === undefined || isOriginOf(origin, hostOf(request), this.allowed))
    );
  }

  set(reply: FastifyReply, request: SentRequest, token: string): void {
    void reply.header('set-cookie', cookieOf(request, token, LIFETIME_S));
  }

  clear(reply: FastifyReply, request: SentRequest): void {
    void reply.header('set-cookie', cookieOf(request, '', 0));
  }
}

function saysWhereFrom({ headers }: SentRequest): boolean {
  return headers.origin !== undefined || headers['sec-fetch-site'] !== undefined;
}

function cookieOf(request: SentRequest, value: string, seconds: number): string {
  const secure = request.protocol === 'https' ? '; Secure' : '';
  return `${nameOf(request)}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`;
}

/**
 * The name has the port that the browser sees, because a host's services on different ports share their cookies. Over HTTPS no other
 * host can set a cookie with the prefix.
 */
function nameOf(request: SentRequest): string {
  const prefix = request.protocol === 'https' ? '__Host-' : '';
  return `${prefix}ktrdr_session_${hostOf(request).port}`;
}
