import { describe, expect, test } from '@jest/globals';
import { propertyRuns } from '@ktrdr/contracts/testing';
import fc from 'fast-check';
import { TimeZone, formatOffset, offsetOf } from './time-zone.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const formatters = new Map<string, Intl.DateTimeFormat>();

/** Local time minus UTC, from the parts that Intl gives. */
function offsetByIntl(zone: string, instant: number): number {
  let formatter = formatters.get(zone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-GB', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
    formatters.set(zone, formatter);
  }
  const [day, month, year, hour, minute, second] = formatter.format(instant).split(/\D+/).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant / 1000) * 1000;
}

/** All instants of a local time, found without looking at a list of changes. */
function instantsByIntl(zone: string, local: number): number[] {
  const offsets = new Set<number>();
  for (let hours = -30; hours <= 30; hours++) offsets.add(offsetByIntl(zone, local + hours * HOUR_MS));
  return [...offsets]
    .map((offset) => local - offset)
    .filter((instant) => local - instant === offsetByIntl(zone, instant))
    .sort((a, b) => a - b);
}

/** Days of a year on which the clocks change. */
function changesByIntl(zone: string, year: number): number[] {
  const days: number[] = [];
  for (let day = Date.UTC(year, 0, 1); day < Date.UTC(year + 1, 0, 1); day += DAY_MS)
    if (offsetByIntl(zone, day) !== offsetByIntl(zone, day + DAY_MS)) days.push(day);
  return days;
}

function check(zone: TimeZone, name: string, local: number): void {
  const [first, second] = instantsByIntl(name, local);
  const earlier = zone.earlier(local);
  expect([name, local, earlier, zone.laterBy(local)]).toEqual([
    name,
    local,
    first ?? NaN,
    second === undefined ? 0 : second - first!,
  ]);
  const stretch = zone.stretchAt(local);
  expect(stretch === null ? null : local - stretch.offset).toBe(
    first === undefined || second !== undefined ? null : first,
  );
}

describe('local times agree with Intl', () => {
  test('in every zone, in every year, around the changes of the clocks', () => {
    const zones = fc.constantFrom(...Intl.supportedValuesOf('timeZone'), 'US/Eastern', 'EST', 'UTC');
    const years = fc.integer({ min: 1900, max: 2040 });
    const quarters = fc.integer({ min: -200, max: 200 });
    fc.assert(
      fc.property(
        zones,
        years,
        fc.nat(),
        fc.array(quarters, { minLength: 5, maxLength: 5 }),
        (name, year, pick, times) => {
          const zone = TimeZone.of(name)!;
          const changes = changesByIntl(name, year);
          const day = changes[pick % Math.max(1, changes.length)] ?? Date.UTC(year, 0, 1 + (pick % 366));
          for (const quarter of times) check(zone, name, day + DAY_MS / 2 + (quarter * HOUR_MS) / 4);
        },
      ),
      { numRuns: propertyRuns() },
    );
  });

  test.each([
    'America/New_York',
    'Europe/London',
    'Australia/Lord_Howe',
    'Asia/Tehran',
    'Africa/Casablanca',
    'Pacific/Apia',
  ])('every hour of a year in %s', (name) => {
    const zone = TimeZone.of(name)!;
    const step = propertyRuns() >= 1000 ? HOUR_MS : 29 * HOUR_MS;
    for (let local = Date.UTC(2011, 0, 1); local < Date.UTC(2012, 0, 1); local += step)
      check(zone, name, local);
  });

  test('offsets at instants, forwards and backwards', () => {
    const zone = TimeZone.of('Europe/Moscow')!;
    for (let year = 1990; year < 2016; year++)
      for (const month of [0, 6])
        expect(zone.offsetAt(Date.UTC(year, month))).toBe(
          offsetByIntl('Europe/Moscow', Date.UTC(year, month)),
        );
    expect(zone.offsetAt(Date.UTC(1915, 0))).toBe(offsetByIntl('Europe/Moscow', Date.UTC(1915, 0)));
  });
});

test.each([
  ['Z', 0],
  ['utc', 0],
  ['+05:30', 5.5],
  ['-0500', -5],
  ['+05', 5],
  ['GMT+0700', 7],
  ['UTC-3', -3],
  ['\u221204:00', -4],
])('the offset %s', (text, hours) => {
  expect(offsetOf(text)).toBe(hours * HOUR_MS);
});

test.each(['', 'EST', '+25:00', '+05:75', 'GMT0', '5', '-'])('%s is no offset', (text) => {
  expect(offsetOf(text)).toBeNull();
});

test('names of zones are those of the tz database in any case; others are refused', () => {
  expect(TimeZone.of('america/new_york')?.name).toBe('America/New_York');
  expect(TimeZone.of('US/Eastern')?.name).toBe('US/Eastern');
  expect(TimeZone.of('-05:00')?.name).toBe('-05:00');
  expect(TimeZone.of('GMT+0000')?.name).toBe('UTC');
  for (const name of ['', 'Mars/Olympus', 'Eastern Standard Time', '../../etc', '+99:00'])
    expect(TimeZone.of(name)).toBeNull();
  expect(formatOffset(-12_600_000)).toBe('-03:30');
});
