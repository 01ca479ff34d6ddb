import { expect, test } from '@jest/globals';
import { boundedTexts, leftOutCount, leftOutNote } from './bounded-texts.js';

test('a long list keeps its first texts and says how many were left out', () => {
  const texts = Array.from({ length: 20_000 }, (_, index) => `warning ${index}`);
  const kept = boundedTexts(texts);
  expect(kept).toHaveLength(101);
  expect(kept.slice(98)).toEqual(['warning 98', 'warning 99', 'and 19,900 more were left out']);
  // a list that was cut before keeps its number
  expect(boundedTexts(kept)).toEqual(kept);
  expect(boundedTexts(['a', 'x'.repeat(2_000)])[1]).toHaveLength(1_000);
  expect(boundedTexts(['a', 'b'], { most: 1 })).toEqual(['a', 'and 1 more was left out']);
  expect([leftOutCount(leftOutNote(1)), leftOutCount(leftOutNote(19_900)), leftOutCount('and more')]).toEqual(
    [1, 19_900, null],
  );
});
