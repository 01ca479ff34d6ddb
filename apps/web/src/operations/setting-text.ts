import { UNKNOWN } from '../format/numbers.js';

/** A value of a setting for people. */
export function settingText(value: unknown): string {
  if (value === null || value === undefined) return UNKNOWN;
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.map(settingText).join(', ');
  return JSON.stringify(value);
}
