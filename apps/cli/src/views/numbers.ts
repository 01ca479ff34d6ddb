/** `0.5423` as `54.2 %`. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** `0.0333333` as `0.033`: two decimals, and three below 0.1. */
export function ratio(value: number): string {
  return value.toFixed(Math.abs(value) < 0.1 ? 3 : 2);
}

/** `9207` as `9,207`. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** `1 epoch`, `9,207 rows`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

const MIDNIGHT = ' 00:00';

/** Formats an ISO timestamp (UTC) to the minute; at midnight only the date. */
export function moment(timestamp: string): string {
  const text = minutes(timestamp);
  return text.endsWith(MIDNIGHT) ? text.slice(0, -MIDNIGHT.length) : text;
}

/** Formats an ISO timestamp (UTC) to the minute, also at midnight. */
function minutes(timestamp: string): string {
  return timestamp.replace('T', ' ').slice(0, 16);
}

/** Formats an ISO timestamp with its zone: `2024-01-02 00:00 UTC`. */
export function instant(timestamp: string): string {
  return `${minutes(timestamp)} UTC`;
}

/** `2024-01-02 09:00 to 2024-03-28 16:00 UTC`; `2024-01-02 to 2024-03-28` if both are at midnight. Local times have no zone. */
export function period(first: string, last: string): string {
  const shown = [first, last].every((time) => minutes(time).endsWith(MIDNIGHT)) ? moment : minutes;
  const zone = shown === minutes && last.endsWith('Z') ? ' UTC' : '';
  return `${shown(first)} to ${shown(last)}${zone}`;
}

/** `-` for a missing value. */
export function orDash<T>(value: T | null, shown: (value: T) => string): string {
  return value === null ? '-' : shown(value);
}

/** `1234` as `1.2 kB`. */
export function fileSize(bytes: number): string {
  const unit = ['B', 'kB', 'MB', 'GB'].findLastIndex((_, power) => bytes >= 1000 ** power);
  if (unit <= 0) return `${bytes} B`;
  return `${(bytes / 1000 ** unit).toFixed(1)} ${['B', 'kB', 'MB', 'GB'][unit]!}`;
}

/** A price or a volume with the digits that it has, without the noise of a computation. */
export function price(value: number): string {
  return String(Number(value.toPrecision(12)));
}

/** Formats prices or volumes of a column with the same number of decimals, so that their points stand below each other. */
export function alike(values: readonly number[]): (value: number) => string {
  const decimals = Math.max(0, ...values.map((value) => decimalsOf(price(value))));
  return (value) => (price(value).includes('e') ? price(value) : Number(price(value)).toFixed(decimals));
}

function decimalsOf(text: string): number {
  return text.includes('e') ? 0 : (text.split('.')[1]?.length ?? 0);
}
