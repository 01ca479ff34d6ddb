import { describe, expect, test } from '@jest/globals';
import { KtrdrError } from '@ktrdr/contracts';
import { parseDateRange } from './date-range.js';

function errorOf(start?: string, end?: string): KtrdrError {
  try {
    parseDateRange(start, end);
  } catch (error) {
    return error as KtrdrError;
  }
  throw new Error('expected an error');
}

describe('a date range', () => {
  test('includes the whole last day', () => {
    expect(parseDateRange('2024-01-01', '2024-03-01')).toEqual({
      start: Date.parse('2024-01-01T00:00:00.000Z'),
      end: Date.parse('2024-03-01T23:59:59.999Z'),
    });
    expect(parseDateRange('2024-01-01', '2024-01-01')).toEqual({
      start: Date.parse('2024-01-01T00:00:00.000Z'),
      end: Date.parse('2024-01-01T23:59:59.999Z'),
    });
  });

  test('uses a given time unchanged', () => {
    expect(parseDateRange(' 2024-01-01T10:00:00+01:00', '2024-01-01 12:00')).toEqual({
      start: Date.parse('2024-01-01T09:00:00Z'),
      end: Date.parse('2024-01-01T12:00:00Z'),
    });
  });

  test('is open at a missing end', () => {
    expect(parseDateRange()).toEqual({});
    expect(parseDateRange('2024-01-01')).toEqual({ start: Date.parse('2024-01-01') });
    expect(parseDateRange(undefined, '2024-01-01')).toEqual({ end: Date.parse('2024-01-01T23:59:59.999Z') });
  });

  test('must not be reversed', () => {
    const error = errorOf('2024-03-01', '2024-01-01');
    expect(error.code).toBe('invalid_date_range');
    expect(error.message).toBe('The start date 2024-03-01 is after the end date 2024-01-01: swap them.');
  });

  test.each([
    ['2024-02-30', 'The start date "2024-02-30" does not exist: 2024-02 has 29 days.'],
    ['2023-02-29T10:00:00Z', 'The start date "2023-02-29T10:00:00Z" does not exist: 2023-02 has 28 days.'],
    ['2024-13-01', 'The start date "2024-13-01" does not exist: months go from 01 to 12.'],
    [
      '01/31/2024',
      'The start date "01/31/2024" is not a date: write it as 2024-01-31, 2024-01-31T14:30:00Z or 2024-01-31 14:30:00+02:00.',
    ],
    [
      '',
      'The start date "" is not a date: write it as 2024-01-31, 2024-01-31T14:30:00Z or 2024-01-31 14:30:00+02:00.',
    ],
  ])('%j is rejected', (text, message) => {
    const error = errorOf(text);
    expect(error.code).toBe('invalid_date');
    expect(error.message).toBe(message);
    expect(errorOf(undefined, text).message).toBe(message.replace('start', 'end'));
  });
});
