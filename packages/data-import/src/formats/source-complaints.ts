import { shown } from '@ktrdr/contracts';

/** Names of texts that sources answer instead of bars. */
const COMPLAINT = /^(?:error|error[ _]?message|message|note|information|description)$/i;
const MOST_DEPTH = 3;
const MOST_COMPLAINTS = 5;
/** Keys of an answer that are looked at. */
const MOST_KEYS = 1_000;

/** What a source says instead of bars. */
export interface Complaint {
  /** Key of the answer, often the symbol. */
  key: string | null;
  message: string;
  /** It is marked as an error: other answers have such texts beside their bars. */
  isError: boolean;
}

/** The messages of sources: of all symbols, or of some. */
export function complaintsIn(value: unknown, key: string | null = null, depth = 0): Complaint[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || depth > MOST_DEPTH) return [];
  const answer = value as Record<string, unknown>;
  const entries = Object.entries(answer).slice(0, MOST_KEYS);
  const said = entries.find(
    ([name, inner]) => COMPLAINT.test(name) && typeof inner === 'string' && inner !== '',
  );
  const isError = /^error$/i.test(String(answer['status'])) || Number(answer['code']) >= 400;
  const own = said === undefined ? [] : [{ key, message: said[1] as string, isError }];
  const below = entries.flatMap(([name, inner]) => complaintsIn(inner, name, depth + 1));
  return [...own, ...below].slice(0, MOST_COMPLAINTS);
}

/** For a message of our own. */
export function textOf({ key, message }: Complaint): string {
  return key === null ? shown(message) : `for ${shown(key)}: ${shown(message)}`;
}
