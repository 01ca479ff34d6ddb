/** `2024-01-02T14:30:00Z` as `2024-01-02 14:30 UTC`. Dates, and local times whose zone is open, have no zone. */
export function previewTime(time: string): string {
  const isUtc = time.endsWith('Z');
  const text = time
    .replace('T', ' ')
    .replace(/Z$/, '')
    .replace(/:00(\.0+)?$/, '');
  return isUtc ? `${text} UTC` : text;
}
