import { BlockList, isIP } from 'node:net';

/** Longest `host:port` that is read, in characters: DNS names have 253. */
const LONGEST = 262;

/** A name, an IPv4 address or an IPv6 address in brackets; then a port. The name has no dot at its end. */
const HOST_AND_PORT = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9_-]+(?:\.[a-z0-9_-]+)*))(?::([0-9]{1,5}))?$/;

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** The address of a request, or the origin of a page, without its scheme. */
export interface HostAndPort {
  /** Lower case; an IPv6 address without brackets. */
  name: string;
  /** `null`: the scheme's default. */
  port: number | null;
}

/** Reads `localhost:8000` or `[::1]:8000`; `null` where the text is anything else. */
export function parseHost(text: string): HostAndPort | null {
  if (text.length > LONGEST) return null;
  const [, address, named, port] = HOST_AND_PORT.exec(text.toLowerCase()) ?? [];
  const name = address ?? named;
  if (name === undefined || (address !== undefined && isIP(address) !== 6)) return null;
  if (Number(port) > 65_535) return null;
  return { name, port: port === undefined ? null : Number(port) };
}

/** Whether `name` is `localhost` or an address that stays on this machine. */
export function isLoopback(name: string): boolean {
  if (name === 'localhost') return true;
  const version = isIP(name);
  return version !== 0 && LOOPBACK.check(name, version === 6 ? 'ipv6' : 'ipv4');
}
