import { KtrdrError } from '@ktrdr/contracts';

/** Why a request has no usable response. */
type OutboundReason =
  /** There was no connection. */
  | 'no_connection'
  /** The connection ended before the response did. */
  | 'interrupted'
  | 'timeout'
  /** The response cannot be used: it is too large, compressed without being asked, or has no known end. */
  | 'unusable';

/** A request that has no usable response. */
export class OutboundError extends Error {
  override readonly name = 'OutboundError';

  constructor(
    readonly reason: OutboundReason,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The error for a host with an address that must not be contacted. */
export function addressNotAllowed(host: string, address: string, refusal: string): KtrdrError {
  const what = host === address ? `The address ${address} is` : `${host} resolves to ${address}, which is`;
  return new KtrdrError('address_not_allowed', `${what} ${refusal}. Nothing was sent.`, {
    details: { host, address },
  });
}
