import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { daysInMonth, formatBarTime, formatTimestamp, parseTimestamp } from './timestamp.js';

function parse(text: string): number {
  const bytes = Buffer.from(`,${text},`);
  return parseTimestamp(bytes, 1, bytes.length - 1);
}

const moment = fc.date({
  min: new Date('0000-01-01T00:00:00Z'),
  max: new Date('9999-12-31T23:59:59.999Z'),
  noInvalidDate: true,
});

describe('timestamps', () => {
  test('match Date.parse at any time in four-digit years', () => {
    fc.assert(
      fc.property(moment, (date) => {
        expect(parse(date.toISOString())).toBe(date.getTime());
        expect(parse(formatTimestamp(date.getTime()))).toBe(date.getTime());
        expect(parse(formatBarTime(date.getTime(), '1h'))).toBe(date.getTime());
        expect(parse(formatBarTime(date.getTime(), '1d'))).toBe(date.getTime());
      }),
    );
  });

  test('match Date.parse with offsets', () => {
    const offset = fc.tuple(fc.constantFrom('+', '-'), fc.nat(23), fc.nat(59));
    fc.assert(
      fc.property(moment, offset, (date, [sign, hours, minutes]) => {
        const two = (value: number) => String(value).padStart(2, '0');
        const local = date.toISOString().slice(0, 23);
        const text = `${local}${sign}${two(hours)}:${two(minutes)}`;
        expect(parse(text)).toBe(Date.parse(text));
        expect(parse(text.replace('T', ' '))).toBe(Date.parse(text));
        expect(parse(`${local}${sign}${two(hours)}${two(minutes)}`)).toBe(Date.parse(text));
        expect(parse(`${local}${sign}${two(hours)}`)).toBe(Date.parse(`${local}${sign}${two(hours)}:00`));
      }),
    );
  });

  test.each([
    ['2024-01-31', '2024-01-31T00:00:00.000Z'],
    ['2024-01-31 14:30', '2024-01-31T14:30:00.000Z'],
    ['2024-01-31T14:30:05', '2024-01-31T14:30:05.000Z'],
    ['2024-01-31 14:30:05+00:00', '2024-01-31T14:30:05.000Z'],
    ['2024-01-31T00:30:00+02:00', '2024-01-30T22:30:00.000Z'],
    ['2024-01-31T14:30:05.123456789Z', '2024-01-31T14:30:05.123Z'],
    ['2024-01-31t14:30:05.5z', '2024-01-31T14:30:05.500Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['2000-02-29', '2000-02-29T00:00:00.000Z'],
  ])('%s is %s', (text, expected) => {
    expect(new Date(parse(text)).toISOString()).toBe(expected);
  });

  test.each([
    '',
    '2024',
    '2024-1-1',
    '2024-02-30',
    '2023-02-29',
    '1900-02-29',
    '2024-00-10',
    '2024-13-10',
    '2024-01-00',
    '2024-01-32',
    '2024-04-31',
    '2024/01/31',
    '31.01.2024',
    '1706711400',
    '1706711400000',
    '2024-01-31T',
    '2024-01-31T14',
    '2024-01-31T14:3',
    '2024-01-31T24:00:00Z',
    '2024-01-31T14:60:00Z',
    '2024-01-31T14:30:60Z',
    '2024-01-31T14:30:',
    '2024-01-31T14:30:5',
    '2024-01-31T14:30:05.',
    '2024-01-31T14:30:05.Z',
    '2024-01-31T14:30:05ZZ',
    '2024-01-31T14:30:05+2',
    '2024-01-31T14:30:05+02:',
    '2024-01-31T14:30:05+0260',
    '2024-01-31T14:30:05+24:00',
    '2024-01-31T14:30:05 Europe/Berlin',
    '2024-01-31Z',
    'yesterday..',
  ])('%j is not a timestamp', (text) => {
    expect(parse(text)).toBeNaN();
  });

  test('months have as many days as in Date', () => {
    for (const year of [1900, 2000, 2023, 2024, 2100]) {
      for (let month = 1; month <= 12; month++) {
        expect(daysInMonth(year, month)).toBe(new Date(Date.UTC(year, month, 0)).getUTCDate());
      }
    }
  });
});
