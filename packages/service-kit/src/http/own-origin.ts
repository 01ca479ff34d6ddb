import type { FastifyRequest } from 'fastify';
import { parseHost, type HostAndPort } from './host-name.js';

/** Default port of an origin's scheme. */
const SCHEME_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443 };

/** The host and port that a checked request names; the port is that of the scheme if the header has none. */
export function hostOf({ headers, protocol }: Pick<FastifyRequest, 'headers' | 'protocol'>): HostAndPort & {
  port: number;
} {
  const host = parseHost(headers.host ?? '');
  return { name: host?.name ?? '', port: host?.port ?? SCHEME_PORTS[protocol] ?? 0 };
}

/**
 * True if pages of this origin are pages of the service that a request with this host reaches.
 *
 * @param allowed names from `ALLOWED_HOSTS`
 */
export function isOriginOf(origin: string, host: HostAndPort, allowed: ReadonlySet<string>): boolean {
  const [, scheme = '', rest = ''] = /^(https?):\/\/(.*)$/.exec(origin) ?? [];
  const from = parseHost(rest);
  if (from === null) return false;
  const standard = SCHEME_PORTS[scheme];
  const port = from.port ?? standard;
  const isHostsPort = port === (host.port ?? standard);
  // a proxy may send its own Host; another port of the same machine is another service
  if (allowed.has(from.name)) return isHostsPort || port === standard;
  return isHostsPort && from.name === host.name;
}
