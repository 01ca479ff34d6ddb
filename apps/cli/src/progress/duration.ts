const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
] as const;

/** `12s`, `1m 20s`, `2h 05m`, `1d 03h`: the two largest units. @param seconds negative counts as 0 */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const first = UNITS.findIndex(([, size]) => whole >= size);
  const [unit, size] = UNITS[first] ?? ['s', 1];
  const next = UNITS[first + 1];
  const head = `${Math.floor(whole / size)}${unit}`;
  if (first === -1 || next === undefined) return head;
  const rest = Math.floor((whole % size) / next[1]);
  return `${head} ${String(rest).padStart(2, '0')}${next[0]}`;
}

/** Duration of a finished task; below ten seconds with one decimal. */
export function formatTook(seconds: number): string {
  return seconds < 9.95 ? `${Math.max(0, seconds).toFixed(1)}s` : formatDuration(Math.round(seconds));
}

/** Seconds between two ISO timestamps; `null` if one is missing or invalid. */
export function secondsBetween(start: string | null, end: string | null): number | null {
  if (start === null || end === null) return null;
  const seconds = (Date.parse(end) - Date.parse(start)) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : null;
}
