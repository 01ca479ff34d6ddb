/**
 * Keeps passwords out of logs, errors and answers. {@link redact} knows the form of a password in a URL or a header, and the value of
 * every secret setting that this process has read.
 */

/** Replaces a secret. */
const HIDDEN = '***';
/** A shorter secret is hidden in URLs only: elsewhere it may be part of any word. */
const SHORTEST = 6;

/** The login in a URL: everything from `//` to the last `@` before the path. */
const URL_LOGIN = /:\/\/[^\s/?#"'<>]*@/g;
/** The value of an authorization header or of a `password=` in a query. */
const CREDENTIAL = /\b(bearer|basic) [\w.~+/=-]{6,}|\b((?:password|passwd|secret|token)=)[^\s&"']+/gi;

/** The secret of an access token. Its id stays, so that a token that was shown can be found and revoked. */
const TOKEN = /(\bktrdr_[0-9a-f]{12}_)[\w-]+/g;

/** The secret of a webhook. */
const WEBHOOK_SECRET = /(\bwhsec_)[\w-]+/g;

/** All forms of all secrets. A longer form comes first: it may contain a shorter one. */
let forms: string[] = [];

/** Hides a secret from now on. A URL is not a secret, but the password in it is. */
export function hideSecret(secret: string | undefined): void {
  if (secret === undefined) return;
  const { password, others } = loginOf(secret);
  if (password === null) addForms(secret, '');
  // a password that is also the name of the user or of the database hides nothing
  else if (!others.includes(password)) addForms(password, others[0] ?? '');
}

/** The text without secrets. */
export function redact(text: string): string {
  let hidden = text.replace(URL_LOGIN, `://${HIDDEN}@`);
  hidden = hidden.replace(CREDENTIAL, (_all, scheme?: string, name?: string) =>
    scheme === undefined ? `${name}${HIDDEN}` : `${scheme} ${HIDDEN}`,
  );
  hidden = hidden.replace(TOKEN, `$1${HIDDEN}`).replace(WEBHOOK_SECRET, `$1${HIDDEN}`);
  for (const form of forms) if (hidden.includes(form)) hidden = hidden.replaceAll(form, HIDDEN);
  return hidden;
}

/** A JSON value without secrets in its texts and keys. */
export function redactValue(value: unknown): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map(redactValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [redact(key), redactValue(part)]));
}

/** The URL of a service without its login, for people. */
export function urlWithoutLogin(url: string): string {
  return url.replace(URL_LOGIN, '://');
}

/** Password and other parts of a URL with a login; the password is `null` for any other text. */
function loginOf(text: string): { password: string | null; others: string[] } {
  if (!text.includes('://')) return { password: null, others: [] };
  if (!URL.canParse(text)) return { password: /:\/\/[^:]*:(.*)@/.exec(text)?.[1] ?? '', others: [] };
  const { username, password, hostname, pathname } = new URL(text);
  // a token can take the place of the user name
  if (password === '') return { password: username, others: [hostname] };
  return { password, others: [username, hostname, pathname.slice(1)] };
}

function addForms(secret: string, user: string): void {
  const plain = decoded(secret);
  if (plain.length < SHORTEST) return;
  // a secret that is no part of a URL may contain `%` and two digits itself
  const written = [...new Set([secret, plain])].flatMap((text) => {
    const encoded = encodeURIComponent(text);
    return [
      text,
      encoded,
      encoded.replaceAll(/%../g, (code) => code.toLowerCase()),
      JSON.stringify(text).slice(1, -1),
    ];
  });
  const found = [
    ...written,
    btoa(String.fromCharCode(...new TextEncoder().encode(`${decoded(user)}:${plain}`))),
  ].filter((form) => form.length >= SHORTEST);
  forms = [...new Set([...forms, ...found])].toSorted((a, b) => b.length - a.length);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
