export { AddressPolicy } from './address-policy.js';
export { checkedLookup, type Resolve } from './checked-lookup.js';
export { OutboundClient, type OutboundRequest, type OutboundResponse } from './outbound-client.js';
export { OutboundError } from './outbound-error.js';
