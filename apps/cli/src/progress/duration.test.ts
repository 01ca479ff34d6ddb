import { describe, expect, test } from '@jest/globals';
import { formatDuration, formatTook, secondsBetween } from './duration.js';

describe('a duration', () => {
  test.each([
    [-3, '0s'],
    [0, '0s'],
    [0.99, '0s'],
    [12.7, '12s'],
    [59.999, '59s'],
    [60, '1m 00s'],
    [80, '1m 20s'],
    [3_599, '59m 59s'],
    [7_500, '2h 05m'],
    [97_200, '1d 03h'],
  ])('of %d seconds reads %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  test.each([
    [0.04, '0.0s'],
    [3.14, '3.1s'],
    [9.97, '10s'],
    [59.7, '1m 00s'],
  ])('of a finished task of %d seconds reads %s', (seconds, text) => {
    expect(formatTook(seconds)).toBe(text);
  });

  test('between two timestamps is in seconds, never negative, and null if one is missing or invalid', () => {
    expect(secondsBetween('2026-11-23T10:15:00Z', '2026-11-23T10:16:00.500Z')).toBe(60.5);
    expect(secondsBetween('2026-11-23T10:15:00Z', '2026-11-23T10:14:00Z')).toBe(0);
    expect(secondsBetween(null, '2026-11-23T10:14:00Z')).toBeNull();
    expect(secondsBetween('soon', '2026-11-23T10:14:00Z')).toBeNull();
  });
});
