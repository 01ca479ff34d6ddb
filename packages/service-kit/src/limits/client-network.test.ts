import { expect, test } from '@jest/globals';
import { addressFilter, networkOf } from './client-network.js';

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:0:7:1:2:3:4', '2001:db8:0:7::/64'],
  ['2001:db8::7', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['2001:0DB8:0000:0007::', '2001:db8:0:7::/64'],
])('%s counts as %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test('networks and addresses are found in both families', () => {
  const isOne = addressFilter(['10.0.0.0/8', '192.0.2.1', 'fd00::/16', '::1']);
  for (const address of ['10.1.2.3', '::ffff:10.1.2.3', '192.0.2.1', 'fd00:1::2', '::1'])
    expect([address, isOne(address)]).toEqual([address, true]);
  for (const address of ['11.0.0.1', '192.0.2.2', 'fd01::1', '::2', 'unknown', ''])
    expect([address, isOne(address)]).toEqual([address, false]);
});
