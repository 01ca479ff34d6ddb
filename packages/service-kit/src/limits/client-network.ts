import { BlockList, isIP } from 'node:net';

/** Networks of this machine itself. */
export const THIS_MACHINE: readonly string[] = ['127.0.0.0/8', '::1'];

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
const GROUPS = 8;

/** An IPv4 address, or the network of 64 bits of an IPv6 address: one machine can have all addresses of it. */
export function networkOf(address: string): string {
  const plain = unmapped(address);
  if (isIP(plain) !== 6) return plain;
  const [start = '', end] = plain.split('%')[0]!.split('::');
  const [first, last] = [start, end ?? ''].map((part) => (part === '' ? [] : part.split(':')));
  const zeros = Array.from(
    { length: end === undefined ? 0 : GROUPS - first!.length - last!.length },
    () => '0',
  );
  const groups = [...first!, ...zeros, ...last!].slice(0, GROUPS / 2);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}

/** Tells whether an address belongs to one of the networks: `10.0.0.0/8`, `fd00::1`. */
export function addressFilter(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', length] = network.split('/');
    if (length === undefined) list.addAddress(address, familyOf(address));
    else list.addSubnet(address, Number(length), familyOf(address));
  }
  return (address) => {
    const plain = unmapped(address);
    return isIP(plain) !== 0 && list.check(plain, familyOf(plain));
  };
}

/** A socket for both families gives IPv4 addresses as `::ffff:192.0.2.1`. */
function unmapped(address: string): string {
  return MAPPED.exec(address)?.[1] ?? address;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
