import { expect, test } from '@jest/globals';
import { nextAddress } from './next-address.js';

const ORIGIN = 'https://ktrdr.example';

test.each([
  ['/app/operations?status=failed', '/app/operations?status=failed'],
  ['/', '/'],
  ['/app', '/app'],
  ['/app/data/BTC%2FUSDT/1h#check', '/app/data/BTC%2FUSDT/1h#check'],
])('%s is followed', (next, address) => {
  expect(nextAddress(next, ORIGIN)).toBe(address);
});

test.each([
  undefined,
  '',
  'app/data',
  '//evil.example/app/data',
  '/\\evil.example/app',
  '/\t/evil.example',
  'https://evil.example/app/data',
  'javascript:alert(1)',
  '/app/../tokens',
  '/openapi.json',
  '/application',
  '/app/login?next=/app/login',
  'http://[',
])('%j leads to the overview', (next) => {
  expect(nextAddress(next, ORIGIN)).toBe('/');
});
