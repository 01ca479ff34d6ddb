/**
 * How long a `Retry-After` header asks to wait, ms: a number of seconds or an HTTP date (RFC 9110, 10.2.3). `null` if it is missing or
 * cannot be read.
 *
 * @param now ms UTC
 */
export function retryAfterMs(header: string | undefined, now: number): number | null {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  // every form of an HTTP date begins with the name of the day
  const date = /^[A-Z][a-z]{2,8},? /.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}
