import { expect, test } from '@jest/globals';
import { STRATEGY_NAME_PATTERN } from './names.js';
import { processorMs } from './testing/processor-time.js';

test.each([
  'a',
  '7',
  'test_strategy',
  'rsi_zigzag_1.5',
  'v1.2.3',
  'a.-b',
  'a._',
  'yaml',
  'yaml.x',
  'rsi.yaml2',
  'x'.repeat(128),
])('%s is a strategy name', (name) => {
  expect(STRATEGY_NAME_PATTERN.test(name)).toBe(true);
});

test.each([
  '',
  '.',
  '..',
  '.a',
  'a.',
  'a..b',
  '_a',
  '-a',
  'a/b',
  'a\\b',
  'a b',
  'a\n',
  'a\u0000',
  'ä',
  'rsi_zigzag_1.5.yaml',
  'a.YML',
  'x'.repeat(129),
  `${'x.'.repeat(64)}x`,
])('%j is not a strategy name', (name) => {
  expect(STRATEGY_NAME_PATTERN.test(name)).toBe(false);
});

test('a long invalid name is rejected quickly', () => {
  const name = `${'a.'.repeat(500_000)}/`;
  const ms = processorMs(() => expect(STRATEGY_NAME_PATTERN.test(name)).toBe(false));
  expect(ms).toBeLessThan(200);
});
