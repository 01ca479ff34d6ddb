import type { ClockUnit } from './date-format.js';
import type { TimeQuestion } from './quoting.js';
import type { WrittenTimes } from './written-times.js';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

export interface ClockFound {
  /** `null`: the times of day have signs, or there are none. */
  unit: ClockUnit | null;
  question: TimeQuestion | null;
}

/**
 * Finds what times of day without signs (`0930`, `93000`, `0`) mean. Programs leave out leading zeros.
 *
 * @param dateName format of the dates, for the answers
 */
export function findClockUnit(
  written: WrittenTimes,
  chosen: ClockUnit | undefined,
  dateName: string,
): ClockFound {
  const { hasClock, leastClockDigits: least, mostClockDigits: most } = written.style;
  if (!hasClock || most === 0) return { unit: null, question: null };
  if (chosen !== undefined) return { unit: chosen, question: null };
  if (most > 4) return findLongUnit(written, dateName);
  if (least === 4) return { unit: 'HHmm', question: null };
  if (least === 2 && most === 2) return { unit: 'HH', question: null };
  const units = (['HHmm', 'HHmmss', 'HH'] as const).filter((unit) => fits(written, unit));
  const [unit = 'HHmm'] = units;
  if (units.length === 1 || most === 0 || isMidnight(written)) return { unit, question: null };
  return {
    unit,
    question: {
      choice: 'date_format',
      message: (timeAt) =>
        `the times of day differ in length (${example(written, timeAt)}), and ${units.length === 0 ? 'no format fits all of them' : `${units.join(' and ')} fit all of them`}: choose the format of date and time`,
      answers: (units.length === 0 ? ['HHmm', 'HHmmss'] : units).map((name) => `${dateName} ${name}`),
      suggestion: null,
    },
  };
}

/** Digits of hours, minutes and seconds, or a count since midnight: of seconds up to 86400, of milliseconds up to 86400000. */
function findLongUnit(written: WrittenTimes, dateName: string): ClockFound {
  const { mostClockDigits: most } = written.style;
  const digits = most > 6 ? 'HHmmssSSS' : 'HHmmss';
  const count = most > 6 ? 'milliseconds' : 'seconds';
  const isTooLong = most === 6 || most > 8;
  if (isTooLong || !fits(written, count)) return { unit: digits, question: null };
  if (!fits(written, digits)) return { unit: count, question: null };
  return {
    unit: digits,
    question: {
      choice: 'date_format',
      message: (timeAt) =>
        `the times of day can be ${digits}, or ${count} since midnight (${example(written, timeAt)}): choose the format of date and time`,
      answers: [digits, count].map((name) => `${dateName} ${name}`),
      suggestion: null,
    },
  };
}

/** True if every time of day has this form. A bar does not begin within a minute. */
function fits({ clocks, length }: WrittenTimes, unit: ClockUnit): boolean {
  for (let row = 0; row < length; row++) {
    const clock = clocks[row]!;
    if (clock < 0) continue;
    const time = clockMs(clock, unit);
    if (Number.isNaN(time) || time % MINUTE_MS !== 0) return false;
  }
  return true;
}

/** `line 2 has "20240102 0", line 11 has "20240102 930"`: the smallest and the largest. */
function example({ clocks, lines, length }: WrittenTimes, timeAt: (row: number) => string): string {
  let [least, most] = [-1, -1];
  for (let row = 0; row < length; row++) {
    const clock = clocks[row]!;
    if (clock < 0) continue;
    if (least === -1 || clock < clocks[least]!) least = row;
    if (most === -1 || clock > clocks[most]!) most = row;
  }
  return [least, most].map((row) => `line ${lines[row]} has ${timeAt(row)}`).join(', ');
}

function isMidnight({ clocks, length }: WrittenTimes): boolean {
  for (let row = 0; row < length; row++) if (clocks[row]! > 0) return false;
  return true;
}

/** A time of day without signs in ms; `NaN` if there is none. */
export function clockMs(value: number, unit: ClockUnit): number {
  if (unit === 'seconds' || unit === 'milliseconds') {
    const time = unit === 'seconds' ? value * 1000 : value;
    return time > DAY_MS ? NaN : time;
  }
  let [hour, minute, second, fraction] = [value, 0, 0, 0];
  if (unit === 'HHmm') [hour, minute] = [Math.floor(value / 100), value % 100];
  else if (unit !== 'HH') {
    const seconds = unit === 'HHmmss' ? value : Math.floor(value / 1000);
    fraction = unit === 'HHmmss' ? 0 : value % 1000;
    [hour, minute, second] = [Math.floor(seconds / 10_000), Math.floor(seconds / 100) % 100, seconds % 100];
  }
  const time = hour * HOUR_MS + minute * MINUTE_MS + second * 1000 + fraction;
  return minute > 59 || second > 59 || time > DAY_MS ? NaN : time;
}
