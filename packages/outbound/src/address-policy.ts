import { BlockList, isIP } from 'node:net';

/**
 * Ranges that are not on the public internet, with their names.
 * Source: the IANA special-purpose address registries for IPv4 and IPv6, and the multicast ranges.
 */
const SPECIAL_RANGES: readonly (readonly [network: string, name: string])[] = [
  ['0.0.0.0/8', 'this network'],
  ['10.0.0.0/8', 'private'],
  ['100.64.0.0/10', 'shared by a provider (CGNAT)'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local'],
  ['172.16.0.0/12', 'private'],
  ['192.0.0.0/24', 'reserved for protocols'],
  ['192.0.2.0/24', 'for documentation'],
  ['192.88.99.0/24', 'an old 6to4 relay'],
  ['192.168.0.0/16', 'private'],
  ['198.18.0.0/15', 'for benchmarks'],
  ['198.51.100.0/24', 'for documentation'],
  ['203.0.113.0/24', 'for documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved'],
  ['::/128', 'unspecified'],
  ['::1/128', 'loopback'],
  ['::ffff:0:0/96', 'IPv4-mapped'],
  ['64:ff9b:1::/48', 'private (NAT64)'],
  ['100::/64', 'discarded'],
  ['2001::/23', 'reserved for protocols'],
  ['2001:db8::/32', 'for documentation'],
  ['2002::/16', '6to4'],
  ['3fff::/20', 'for documentation'],
  ['fc00::/7', 'private'],
  ['fe80::/10', 'link-local'],
  ['fec0::/10', 'site-local'],
  ['ff00::/8', 'multicast'],
];
/** The public part of IPv6. */
const GLOBAL_UNICAST = networkList(['2000::/3']);
/** The last 32 bits are the IPv4 address that a NAT64 gateway connects to. */
const NAT64 = networkList(['64:ff9b::/96']);

const RANGES = SPECIAL_RANGES.map(([network, name]) => ({
  name,
  list: networkList([network]),
  // a list also matches an IPv4 address as `::ffff:a.b.c.d`
  family: isIP(network.split('/')[0] ?? ''),
}));

/** Decides which IP addresses this process may connect to: public ones, and those that the operator allows. */
export class AddressPolicy {
  private readonly allowed: BlockList;

  /** @param allowed networks beside the public internet: `10.1.0.0/16`, `::1` */
  constructor(allowed: readonly string[] = []) {
    this.allowed = networkList(allowed);
  }

  /** True if the operator allows this address by name of its network. */
  isNamed(address: string): boolean {
    return contains(this.allowed, withoutZone(address));
  }

  /** Why this address must not be contacted, to follow "the address is": `loopback`. `null` if it may be. */
  refusalOf(address: string): string | null {
    const plain = withoutZone(address);
    const version = isIP(plain);
    if (version === 0) return 'not an IP address';
    if (contains(this.allowed, plain)) return null;
    if (version === 6 && contains(NAT64, plain)) return this.refusalOf(embeddedIpv4(plain));
    const range = RANGES.find(({ list, family }) => family === version && contains(list, plain));
    if (range !== undefined) return range.name;
    return version === 4 || contains(GLOBAL_UNICAST, plain) ? null : 'not public';
  }
}

/** `fe80::1%eth0` without the name of its interface. */
function withoutZone(address: string): string {
  return address.replace(/%.*$/, '');
}

function networkList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

function contains(list: BlockList, address: string): boolean {
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

/** The IPv4 address at the end of an IPv6 address that begins with `64:ff9b::/96`. */
function embeddedIpv4(address: string): string {
  // the URL parser writes every form of an address in one way: `64:ff9b::102:304`
  const [, end = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const [low = 0, high = 0] = end
    .split(':')
    .map((group) => parseInt(group || '0', 16))
    .toReversed();
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
}
