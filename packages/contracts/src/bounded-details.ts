import { redactValue } from './redact.js';

/** Longest details of an error, as JSON (characters). */
const MOST_DETAILS = 16_000;

/** Details of an error without secrets. Details above the limit are replaced by their size. */
export function boundedDetails(details: unknown): unknown {
  const text = jsonOf(details);
  if (text === null) return { left_out: 'these details cannot be written as JSON' };
  if (text.length <= MOST_DETAILS) return redactValue(JSON.parse(text) as unknown);
  return { left_out: `${text.length} characters of details were left out` };
}

function jsonOf(value: unknown): string | null {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch {
    return null;
  }
}
