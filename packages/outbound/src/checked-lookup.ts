import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { addressNotAllowed } from './outbound-error.js';

/** All addresses of a host name. */
export type Resolve = (hostname: string) => Promise<LookupAddress[]>;

/** The resolver of the operating system. */
export const systemResolve: Resolve = (hostname) => lookup(hostname, { all: true });

/**
 * A `lookup` for sockets that checks the addresses of a name at the moment of the connection. The socket connects to exactly the
 * addresses that were checked, so a name that is checked first and points elsewhere later (DNS rebinding) gains nothing. One
 * address that is not allowed refuses the name.
 *
 * Node does not call it for a host that is an IP address: check such a host yourself.
 *
 * @param refusalOf as `AddressPolicy.refusalOf`
 */
export function checkedLookup(
  refusalOf: (address: string) => string | null,
  resolve: Resolve = systemResolve,
): LookupFunction {
  return (hostname, { all }, callback) => {
    void resolve(hostname).then(
      (addresses) => {
        for (const { address } of addresses) {
          const refusal = refusalOf(address);
          if (refusal !== null) return callback(addressNotAllowed(hostname, address, refusal), '');
        }
        const [first] = addresses;
        if (first === undefined) return callback(new Error(`${hostname} has no address`), '');
        if (all === true) return callback(null, addresses);
        return callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, ''),
    );
  };
}
