/** `2019-11-03T01:30:00`: a local time. */
export function formatLocal(local: number): string {
  return new Date(local).toISOString().slice(0, 19);
}

/** `2019-11-03` */
export function formatDate(local: number): string {
  return new Date(local).toISOString().slice(0, 10);
}
