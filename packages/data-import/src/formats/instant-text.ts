import { DAY_MS, formatOffset, TimeZone } from '@ktrdr/market-data';

/** Times of bars are within centuries of 1970. A zone is not followed further. */
const MOST_MS = 1e13;

/**
 * Writes times of a typed column.
 *
 * @param zone of the column: the times are instants, and their text is the local time with its offset, because daily bars have the
 * date of their zone; `null`: the times are local times of a zone that the file does not say
 * @returns a function that takes ms since 1970
 */
export function instantText(zone: string | null): (time: number) => string {
  const known = zone === null ? null : (TimeZone.of(zone) ?? TimeZone.of('UTC')!);
  let [day, date] = [NaN, ''];
  return (time) => {
    if (!(Math.abs(time) < MOST_MS)) return Number.isNaN(time) ? '' : String(time);
    const offset = known === null ? 0 : known.offsetAt(time);
    const local = time + offset;
    const newDay = Math.floor(local / DAY_MS);
    if (newDay !== day) [day, date] = [newDay, dayText(newDay)];
    const clock = clockText(local - day * DAY_MS);
    if (known === null) return `${date} ${clock}`;
    return offset === 0 ? `${date} ${clock}Z` : `${date} ${clock}${formatOffset(offset)}`;
  };
}

/** `09:30:00`, `09:30:00.250` */
function clockText(time: number): string {
  const seconds = Math.floor(time / 1_000);
  const text = `${two(Math.floor(seconds / 3_600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  const rest = Math.floor(time - seconds * 1_000);
  return rest === 0 ? text : `${text}.${String(rest).padStart(3, '0')}`;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

/** `2024-01-02`. A day that no calendar has stays a number, which cannot be a bar's time. @param day since 1970-01-01 */
export function dayText(day: number): string {
  const date = new Date(day * DAY_MS);
  return Number.isNaN(date.getTime()) ? String(day) : date.toISOString().slice(0, 10);
}
