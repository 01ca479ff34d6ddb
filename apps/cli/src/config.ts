import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { TOKEN_PATTERN, hideSecret } from '@ktrdr/contracts';
import { UsageError } from './cli-error.js';

const DEFAULT_API_URL = 'http://localhost:8000';

/**
 * Base URL of the API, without a trailing slash.
 *
 * @throws UsageError if `KTRDR_API_URL` is not an http(s) URL
 */
export function readApiUrl(environment: NodeJS.ProcessEnv = process.env): string {
  const text = environment.KTRDR_API_URL?.trim() || DEFAULT_API_URL;
  hideSecret(text);
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.search !== '' || url.hash !== '') {
    throw new UsageError(
      `KTRDR_API_URL is '${text}'. It must be an http or https URL, for example ${DEFAULT_API_URL}.`,
    );
  }
  return text.replace(/\/+$/, '');
}

/**
 * Certificates of the authorities that the API's certificate may come from, PEM; `undefined`: those that Node trusts.
 *
 * @throws UsageError if the file in `KTRDR_CA_FILE` cannot be read
 */
export function readAuthorities(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const file = environment.KTRDR_CA_FILE?.trim() ?? '';
  if (file === '') return undefined;
  try {
    const text = readFileSync(file, 'utf8');
    new X509Certificate(text);
    return text;
  } catch (cause) {
    throw new UsageError(
      `KTRDR_CA_FILE is '${file}', which is not a readable file of certificates in PEM format (${(cause as Error).message}).`,
      { cause },
    );
  }
}

/**
 * The access token in `KTRDR_TOKEN`.
 *
 * @throws UsageError if it is not a token; the message does not show it
 */
export function readToken(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const text = environment.KTRDR_TOKEN?.trim() ?? '';
  if (text === '') return undefined;
  if (TOKEN_PATTERN.test(text)) return text;
  throw new UsageError(
    'KTRDR_TOKEN is not an access token: it must begin with ktrdr_ and have 62 characters.',
  );
}

/** File of the saved tokens: in `XDG_CONFIG_HOME`, or else in `~/.config`. */
export function tokenFilePath(environment: NodeJS.ProcessEnv = process.env): string {
  const set = environment.XDG_CONFIG_HOME ?? '';
  // https://specifications.freedesktop.org/basedir-spec: a relative path is ignored
  return join(isAbsolute(set) ? set : join(homedir(), '.config'), 'ktrdr', 'token');
}

const TRUE = ['true', '1', 'yes', 'on'];
const FALSE = ['false', '0', 'no', 'off'];

/**
 * Value of `USE_TRAINING_HOST_SERVICE`, parsed as the API parses it; `undefined` if it is not set.
 *
 * @throws UsageError if it is neither true nor false
 */
export function readWantsHostService(environment: NodeJS.ProcessEnv = process.env): boolean | undefined {
  const text = environment.USE_TRAINING_HOST_SERVICE?.trim() ?? '';
  if (text === '') return undefined;
  if (TRUE.includes(text.toLowerCase())) return true;
  if (FALSE.includes(text.toLowerCase())) return false;
  throw new UsageError(
    `USE_TRAINING_HOST_SERVICE is '${text}'. It must be true or false, and the API reads it when it starts.`,
  );
}

/** Terminal settings of the environment: https://no-color.org, and `TERM=dumb` for a terminal that cannot move its cursor. */
export interface TerminalSettings {
  noColour: boolean;
  dumb: boolean;
  /** The terminal shows more than ASCII: no locale is set, or one with UTF-8. */
  unicode: boolean;
}

export function readTerminalSettings(environment: NodeJS.ProcessEnv = process.env): TerminalSettings {
  const locale = environment.LC_ALL || environment.LC_CTYPE || environment.LANG || '';
  return {
    noColour: (environment.NO_COLOR ?? '') !== '',
    dumb: environment.TERM === 'dumb',
    unicode: locale === '' || /utf-?8/i.test(locale),
  };
}
