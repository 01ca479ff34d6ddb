import { boundedTexts, truncate } from '@ktrdr/contracts';

/** Bounds of one value of a progress context. Texts in characters. */
const MOST = { text: 1_000, entries: 100, name: 200 } as const;

/**
 * A copy of a value of a progress context, one level deep: callers reuse only flat lists and records from report to report. Texts,
 * lists and records are bounded, and say how many entries were left out.
 */
export function boundedContext(value: unknown): unknown {
  if (typeof value === 'string') return truncate(value, MOST.text);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    if (value.every((entry) => typeof entry === 'string'))
      return boundedTexts(value, { most: MOST.entries, length: MOST.name });
    return value.slice(0, MOST.entries);
  }
  const entries = Object.entries(value);
  const kept = entries.slice(0, MOST.entries).map(([name, part]) => [truncate(name, MOST.name), part]);
  const left = entries.length - kept.length;
  return Object.fromEntries(left === 0 ? kept : [...kept, ['entries_left_out', left]]) as unknown;
}
