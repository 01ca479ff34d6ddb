import { BlockList, isIP } from 'node:net';

/** Maximum length of `host:port` in characters. A DNS name has at most 253. */
const MAX_LENGTH = 262;

/** A name without a trailing dot, an IPv4 address or an IPv6 address in brackets; then an optional port. */
const HOST_AND_PORT = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9_-]+(?:\.[a-z0-9_-]+)*))(?::([0-9]{1,5}))?$/;

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Value of a `Host` header, or an origin without its scheme. */
export interface HostAndPort {
  /** Lower case. An IPv6 address has no brackets. */
  name: string;
  /** `null`: the scheme's default. */
  port: number | null;
}

/** Parses `localhost:8000` or `[::1]:8000`; `null` if the text is not a host with an optional port. */
export function parseHost(text: string): HostAndPort | null {
  if (text.length > MAX_LENGTH) return null;
  const [, address, named, port] = HOST_AND_PORT.exec(text.toLowerCase()) ?? [];
  const name = address ?? named;
  if (name === undefined || (address !== undefined && isIP(address) !== 6)) return null;
  if (Number(port) > 65_535) return null;
  return { name, port: port === undefined ? null : Number(port) };
}

/** True if `name` is `localhost` or a loopback address. */
export function isLoopback(name: string): boolean {
  if (name === 'localhost') return true;
  const version = isIP(name);
  return version !== 0 && LOOPBACK.check(name, version === 6 ? 'ipv6' : 'ipv4');
}
