import { expect, test } from '@jest/globals';
import { AddressPolicy } from './address-policy.js';

const policy = new AddressPolicy();

test.each([
  '1.1.1.1',
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.0',
  '169.253.255.255',
  '169.255.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '192.0.1.0',
  '192.167.255.255',
  '192.169.0.0',
  '198.17.255.255',
  '198.20.0.0',
  '223.255.255.255',
  '2606:4700:4700::1111',
  '2a00:1450:4001:82b::200e',
  '2001:4860:4860::8888',
  '2001:200::1',
  // IPv4 behind a NAT64 gateway: 8.8.8.8
  '64:ff9b::8.8.8.8',
  '64:ff9b::808:808',
])('%s is public', (address) => {
  expect(policy.refusalOf(address)).toBeNull();
});

test.each([
  ['0.0.0.0', 'this network'],
  ['0.1.2.3', 'this network'],
  ['10.0.0.1', 'private'],
  ['10.255.255.255', 'private'],
  ['100.64.0.0', 'shared by a provider (CGNAT)'],
  ['100.127.255.255', 'shared by a provider (CGNAT)'],
  ['127.0.0.1', 'loopback'],
  ['127.255.255.254', 'loopback'],
  ['169.254.169.254', 'link-local'],
  ['172.16.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['192.0.0.8', 'reserved for protocols'],
  ['192.0.2.1', 'for documentation'],
  ['192.168.0.0', 'private'],
  ['192.168.255.255', 'private'],
  ['198.18.0.1', 'for benchmarks'],
  ['198.19.255.255', 'for benchmarks'],
  ['198.51.100.7', 'for documentation'],
  ['203.0.113.7', 'for documentation'],
  ['224.0.0.1', 'multicast'],
  ['239.255.255.255', 'multicast'],
  ['240.0.0.1', 'reserved'],
  ['255.255.255.255', 'reserved'],
  ['::', 'unspecified'],
  ['::1', 'loopback'],
  ['0:0:0:0:0:0:0:1', 'loopback'],
  ['::ffff:127.0.0.1', 'IPv4-mapped'],
  ['::ffff:7f00:1', 'IPv4-mapped'],
  ['::ffff:8.8.8.8', 'IPv4-mapped'],
  ['::127.0.0.1', 'not public'],
  ['64:ff9b::127.0.0.1', 'loopback'],
  ['64:ff9b::a00:1', 'private'],
  ['64:ff9b::', 'this network'],
  ['64:ff9b::1', 'this network'],
  ['64:ff9b:0:0:0:0:a9fe:a9fe', 'link-local'],
  ['64:ff9b:1::1', 'private (NAT64)'],
  ['100::1', 'discarded'],
  ['2001::1', 'reserved for protocols'],
  ['2001:db8::1', 'for documentation'],
  ['2002:7f00:1::', '6to4'],
  ['3fff::1', 'for documentation'],
  ['4000::1', 'not public'],
  ['fc00::1', 'private'],
  ['fdff::1', 'private'],
  ['fe80::1', 'link-local'],
  ['fe80::1%eth0', 'link-local'],
  ['fec0::1', 'site-local'],
  ['ff02::1', 'multicast'],
  ['localhost', 'not an IP address'],
  ['127.1', 'not an IP address'],
  ['', 'not an IP address'],
])('%s is refused: %s', (address, refusal) => {
  expect(policy.refusalOf(address)).toBe(refusal);
});

test('the operator allows networks and single addresses', () => {
  const allowing = new AddressPolicy(['10.1.0.0/16', '::1', '127.0.0.2']);
  for (const allowed of ['10.1.2.3', '::1', '127.0.0.2', '8.8.8.8', '64:ff9b::10.1.2.3'])
    expect(allowing.refusalOf(allowed)).toBeNull();
  for (const refused of ['10.2.0.1', '127.0.0.1', '::2', 'fe80::1'])
    expect(allowing.refusalOf(refused)).not.toBeNull();
  expect([allowing.isNamed('10.1.2.3'), allowing.isNamed('8.8.8.8')]).toEqual([true, false]);
});
