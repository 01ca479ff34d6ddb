/** `0.5423` as `54.2 %`. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** `9207` as `9,207`. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** `1 epoch`, `9,207 rows`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** Formats an ISO timestamp (UTC) to the minute; at midnight only the date. */
export function moment(timestamp: string): string {
  const text = timestamp.replace('T', ' ').slice(0, 16);
  return text.endsWith(' 00:00') ? text.slice(0, 10) : text;
}
