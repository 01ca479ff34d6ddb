import { printableJson, shown, truncate } from '@ktrdr/contracts';

/** Names of texts that sources answer instead of bars, the surest first. */
const COMPLAINTS = [
  /^(?:errors?|error[ _]?message|err[ _]?msg)$/i,
  /^(?:message|msg|detail|reason|note|information)$/i,
];
/** Beside bars, it describes the instrument. */
const DESCRIPTION = /^description$/i;
const ERROR = /^errors?$/i;
const MOST_DEPTH = 3;
const MOST_COMPLAINTS = 5;
/** Keys of an answer that are looked at. */
const MOST_KEYS = 1_000;
const LONGEST = 300;
/** Sources repeat the user's key: `your API key as A1B2`, `apikey=A1B2`. */
const API_KEY = /(\bapi[ _-]?key(?: (?:as|is)|=|:) ?)[^\s&,;]+/gi;

/** What a source says instead of bars. */
export interface Complaint {
  /** Key of the answer, often the symbol. */
  key: string | null;
  message: string;
  /** It is marked as an error: other answers have such texts beside their bars. */
  isError: boolean;
}

/** The messages of sources: of all symbols, or of some. */
export function complaintsIn(value: unknown): Complaint[] {
  const found: Complaint[] = [];
  collect(value, { key: null, isError: false }, 0, found);
  return found;
}

function collect(
  value: unknown,
  { key, isError }: Omit<Complaint, 'message'>,
  depth: number,
  found: Complaint[],
): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  if (depth > MOST_DEPTH || found.length >= MOST_COMPLAINTS) return;
  const answer = value as Record<string, unknown>;
  const names: string[] = [];
  // some answers have a million keys
  for (const name in answer) if (names.push(name) >= MOST_KEYS) break;
  const marked = isError || isMarked(answer);
  const patterns = marked ? [...COMPLAINTS, DESCRIPTION] : COMPLAINTS;
  for (const pattern of patterns) {
    const message = names.filter((name) => pattern.test(name)).map((name) => textIn(answer[name]));
    const [said] = message.filter((text) => text !== '');
    if (said === undefined) continue;
    found.push({ key, message: said, isError: marked });
    break;
  }
  for (const name of names) {
    const below = ERROR.test(name) ? { key, isError: true } : { key: name, isError: false };
    collect(answer[name], below, depth + 1, found);
  }
}

/** A status of `error`, or a code of HTTP or of an exchange; codes as texts are often symbols. */
function isMarked({ status, s, code }: Record<string, unknown>): boolean {
  if ([status, s].some((said) => /^error$/i.test(String(said)))) return true;
  return typeof code === 'number' && ((code >= 400 && code < 600) || code < 0);
}

/** A text, or the first of a list. */
function textIn(value: unknown): string {
  const text: unknown = Array.isArray(value) ? value[0] : value;
  return typeof text === 'string' ? text : '';
}

/** For a message of our own. */
export function textOf({ key, message }: Complaint): string {
  const text = printableJson(truncate(message.replace(API_KEY, '$1***'), LONGEST));
  return key === null ? text : `for ${shown(key)}: ${text}`;
}
