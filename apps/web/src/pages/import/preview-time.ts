/** `2024-01-02T14:30:00Z` as `2024-01-02 14:30 UTC`. Local times whose zone is open say that they have none; dates need none. */
export function previewTime(time: string): string {
  const isUtc = time.endsWith('Z');
  const hasTime = time.includes('T');
  const text = time
    .replace('T', ' ')
    .replace(/Z$/, '')
    .replace(/:00(\.0+)?$/, '');
  return isUtc ? `${text} UTC` : hasTime ? `${text} (no zone)` : text;
}
